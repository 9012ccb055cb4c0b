//! A raw connection: bytes out, bytes in, every wait bounded.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrStorage, connect, setsockopt, socket, sockopt,
};

use crate::pace::deadline;
use crate::response::{self, Response};

pub struct Connection {
    stream: TcpStream,
}

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
        let narrow: OwnedFd = socket(family, SockType::Stream, SockFlag::empty(), None).expect("a socket");
        setsockopt(&narrow, sockopt::RcvBuf, &4096).expect("a small receive buffer");
        connect(narrow.as_raw_fd(), &SockaddrStorage::from(address)).expect("connect");
        Connection::bounded(narrow.into()).expect("timeouts")
    }

    fn bounded(stream: TcpStream) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(deadline()))?;
        Ok(Connection { stream })
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).expect("the server reads what it is sent");
    }

    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
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
        let mut count = 0;
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

    /// The one answer of this connection; `to` is the request it answers.
    pub fn answer(&mut self, to: &[u8]) -> Result<Response, String> {
        response::only(&self.read_to_end()?, to.starts_with(b"HEAD "))
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
