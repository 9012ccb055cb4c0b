//! A raw connection: bytes out, bytes in, every wait bounded. Answers are taken
//! from it one by one; what is behind one is kept for the next.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrStorage, bind, connect, setsockopt, socket, sockopt,
};

use crate::pace::deadline;
use crate::response::{self, Asked, Response, shown};
use crate::server::request;

pub struct Connection {
    stream: TcpStream,
    /// What has come and belongs to no answer yet.
    unread: Vec<u8>,
    /// The server has closed.
    ended: bool,
}

/// Programs that other tests start at the same time must not have it too, where that
/// can be said at once.
#[cfg(not(target_os = "macos"))]
const CLOSED_ON_EXEC: SockFlag = SockFlag::SOCK_CLOEXEC;
#[cfg(target_os = "macos")]
const CLOSED_ON_EXEC: SockFlag = SockFlag::empty();

impl Connection {
    pub fn open(address: SocketAddr) -> Connection {
        Connection::try_open(address).unwrap_or_else(|error| panic!("connect to {address}: {error}"))
    }

    pub fn try_open(address: SocketAddr) -> io::Result<Connection> {
        Connection::bounded(TcpStream::connect_timeout(&address, deadline())?)
    }

    /// With a receive window so small that a large answer soon gets stuck. It
    /// must be set before connecting: the first window announced may not shrink.
    pub fn open_narrow(address: SocketAddr) -> Connection {
        let family = if address.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
        let narrow: OwnedFd = socket(family, SockType::Stream, CLOSED_ON_EXEC, None).expect("a socket");
        setsockopt(&narrow, sockopt::RcvBuf, &4096).expect("a small receive buffer");
        connect(narrow.as_raw_fd(), &SockaddrStorage::from(address)).expect("connect");
        Connection::bounded(narrow.into()).expect("timeouts")
    }

    /// From one of the machine's other addresses.
    pub fn open_from(source: IpAddr, address: SocketAddr) -> io::Result<Connection> {
        let family = if address.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
        let own: OwnedFd = socket(family, SockType::Stream, CLOSED_ON_EXEC, None)?;
        bind(own.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(source, 0)))?;
        connect(own.as_raw_fd(), &SockaddrStorage::from(address))?;
        Connection::bounded(own.into())
    }

    fn bounded(stream: TcpStream) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(deadline()))?;
        Ok(Connection { stream, unread: Vec::new(), ended: false })
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).expect("the server reads what it is sent");
    }

    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends in a thread of its own, so that what comes meanwhile can be read:
    /// for more than the sockets hold.
    pub fn send_beside(&self, bytes: Vec<u8>) -> JoinHandle<io::Result<()>> {
        let mut stream = self.stream.try_clone().expect("a second descriptor");
        thread::spawn(move || stream.write_all(&bytes))
    }

    /// Says that nothing more will be sent, and still listens.
    pub fn half_close(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Leaves with a reset instead of an orderly close.
    pub fn reset(self) {
        let linger = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&self.stream, sockopt::Linger, &linger).expect("SO_LINGER");
    }

    /// What has come within `time`: nothing yet (None), or bytes; no bytes are the end.
    pub fn read_for(&mut self, time: Duration) -> io::Result<Option<Vec<u8>>> {
        if !self.unread.is_empty() {
            return Ok(Some(std::mem::take(&mut self.unread)));
        }
        self.stream.set_read_timeout(Some(time.max(Duration::from_millis(1))))?;
        let mut piece = vec![0; 64 * 1024];
        match self.receive(&mut piece) {
            Ok(count) => {
                piece.truncate(count);
                Ok(Some(piece))
            }
            Err(error) if is_timeout(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A receive with a timeout is interrupted even when this process was only
    /// stopped for a moment.
    fn receive(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.read(piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    /// At least `count` bytes.
    pub fn read(&mut self, count: usize) -> Result<Vec<u8>, String> {
        self.gather(|bytes| bytes.len() >= count).and_then(|bytes| {
            let got = bytes.len();
            if got >= count { Ok(bytes) } else { Err(format!("closed after {got} of {count} bytes")) }
        })
    }

    /// Everything until the server closes. A reset is an error: it may have
    /// destroyed a part of the answer.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, String> {
        self.gather(|_| false)
    }

    /// How many bytes come until the server closes; for more than memory should hold.
    pub fn count_to_end(&mut self) -> Result<usize, String> {
        self.stream.set_read_timeout(Some(deadline())).map_err(|error| error.to_string())?;
        let mut piece = vec![0; 1 << 20];
        let mut count = std::mem::take(&mut self.unread).len();
        loop {
            match self.receive(&mut piece) {
                Ok(0) => return Ok(count),
                Ok(more) => count += more,
                Err(error) if is_timeout(&error) => return Err(format!("no end after {count} bytes")),
                Err(error) => return Err(format!("{error} after {count} bytes")),
            }
        }
    }

    fn gather(&mut self, enough: impl Fn(&[u8]) -> bool) -> Result<Vec<u8>, String> {
        let end = Instant::now() + deadline();
        let mut bytes = Vec::new();
        while !enough(&bytes) {
            let left = end.saturating_duration_since(Instant::now());
            match self.read_for(left) {
                Ok(Some(piece)) if piece.is_empty() => break,
                Ok(Some(piece)) => bytes.extend(piece),
                Ok(None) => return Err(format!("no end after {} bytes", bytes.len())),
                Err(error) => return Err(format!("{error} after {} bytes", bytes.len())),
            }
        }
        Ok(bytes)
    }

    /// Sends a request and takes its answer.
    pub fn exchange(&mut self, request: &[u8]) -> Result<Response, String> {
        self.try_send(request).map_err(|error| format!("while sending: {error}"))?;
        self.next_answer(request)
    }

    /// The next answer; `to` is the request that it answers. What follows it stays.
    pub fn next_answer(&mut self, to: &[u8]) -> Result<Response, String> {
        match self.next_response(Asked::by(to))? {
            response if response.is_interim() => Err(format!("{} was not asked for", response.status)),
            response => Ok(response),
        }
    }

    /// The next response, be it an interim or a final one.
    pub fn next_response(&mut self, asked: Asked) -> Result<Response, String> {
        let end = Instant::now() + deadline();
        loop {
            if let Some(response) = response::take(&self.unread, asked, self.ended)? {
                self.unread.drain(..response.raw.len());
                return Ok(response);
            }
            self.receive_more(end)?;
        }
    }

    /// Takes as many bytes as `length` finds in what has come; it is asked again
    /// with more of them while it says None.
    pub fn take(
        &mut self,
        end: Instant,
        mut length: impl FnMut(&[u8]) -> Result<Option<usize>, String>,
    ) -> Result<(), String> {
        loop {
            if let Some(length) = length(&self.unread)? {
                self.unread.drain(..length);
                return Ok(());
            }
            if self.ended {
                return Err(format!("closed after {}", shown(&self.unread)));
            }
            self.receive_more(end)?;
        }
    }

    /// Waits for more, or for the end.
    fn receive_more(&mut self, end: Instant) -> Result<(), String> {
        let mut before = std::mem::take(&mut self.unread);
        let received = self.read_for(end.saturating_duration_since(Instant::now()));
        let told = |what: &str| format!("{what} after {} bytes: {}", before.len(), shown(&before));
        match received {
            Ok(Some(piece)) if piece.is_empty() && before.is_empty() => {
                Err("closed without an answer".to_owned())
            }
            Ok(Some(piece)) => {
                self.ended = piece.is_empty();
                before.extend(piece);
                self.unread = before;
                Ok(())
            }
            Ok(None) => Err(told("no more comes")),
            Err(error) => Err(told(&error.to_string())),
        }
    }

    /// `Ok` if the server closes now by itself: without another byte, and
    /// without a reset.
    pub fn at_end(&mut self) -> Result<(), String> {
        if self.ended && self.unread.is_empty() {
            return Ok(());
        }
        match self.read_for(deadline()) {
            Ok(Some(piece)) if piece.is_empty() => {
                self.ended = true;
                Ok(())
            }
            Ok(Some(piece)) => Err(format!("bytes in place of the end: {}", shown(&piece))),
            Ok(None) => Err("the server does not close".to_owned()),
            Err(error) => Err(format!("{error} in place of an orderly end")),
        }
    }

    /// `Ok` if the connection is open and nothing is under way on it: a request
    /// for `hello.txt` of the standard tree is answered next.
    pub fn is_open(&mut self) -> Result<(), String> {
        if !self.unread.is_empty() {
            return Err(format!("bytes that nobody asked for: {}", shown(&self.unread)));
        }
        let response =
            self.exchange(&request("GET", b"/hello.txt")).map_err(|why| format!("not open: {why}"))?;
        match (response.status, response.body.as_slice()) {
            (200, b"hello, world\n") => Ok(()),
            _ => Err(format!("a plain request is answered with {}", shown(&response.raw))),
        }
    }

    /// The one answer of this connection; `to` is the request it answers. Then
    /// the client has no more to say, and the server must close.
    pub fn answer(&mut self, to: &[u8]) -> Result<Response, String> {
        let response = self.next_answer(to)?;
        self.half_close();
        self.at_end().map_err(|why| format!("after {}: {why}", response.status))?;
        Ok(response)
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests;
