//! A client that tells apart what it was told: an answer that is whole, one that
//! it sees to be cut, or nothing.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use svcd_tests::response::{self, Asked, shown};
use svcd_tests::{Response, clock, deadline};

use crate::smoke::{Also, Smoke, Step};

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Heard {
    Whole(Response),
    /// The client sees that something is missing.
    Cut,
    Nothing,
}

/// A stream of either kind.
trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

struct Client {
    stream: Box<dyn Stream>,
    unread: Vec<u8>,
    end: Option<End>,
    until: Instant,
    /// The server knows no time, and says so.
    is_timeless: bool,
}

/// What a server says that has no clock.
const NEVER: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
}

/// Does all the steps, while this call of the server fails. Err: it waited in vain,
/// or what came is no HTTP.
pub fn run(smoke: &Smoke, at: SocketAddr, socket: &Path, call: &str) -> Result<Vec<Heard>, String> {
    // strace(1) does not make a call that fails: nobody sees the end of a connection
    // that is not closed, nor of an answer that ends with it.
    let is_open = call == "close";
    if is_open && smoke.also == Also::Reset {
        return Ok(vec![Heard::Nothing]);
    }
    let mut heard = Vec::new();
    let Ok(stream) = open(smoke, at, socket) else {
        return Ok(smoke.right.iter().map(|_| Heard::Nothing).collect());
    };
    let (until, is_timeless) =
        (Instant::now() + deadline(), matches!(call, "clock_gettime" | "gettimeofday"));
    let mut client = Client { stream, unread: Vec::new(), end: None, until, is_timeless };
    for step in &smoke.steps {
        match step {
            // A server that refuses early may close before it has read all.
            Step::Send(bytes) => drop(client.stream.write_all(bytes)),
            Step::Pause(time) => thread::sleep(Duration::from_millis(*time)),
            Step::Answer(request) => heard.push(client.answer(Asked::by(request))?),
        }
    }
    if !is_open {
        let is_turned_away = |heard: &Heard| matches!(heard, Heard::Whole(answer) if answer.status == 503);
        client.at_end(heard.last().is_some_and(is_turned_away))?;
    }
    Ok(heard)
}

fn open(smoke: &Smoke, at: SocketAddr, socket: &Path) -> io::Result<Box<dyn Stream>> {
    if smoke.over_unix {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(deadline()))?;
        stream.set_write_timeout(Some(deadline()))?;
        return Ok(Box::new(stream));
    }
    let stream = TcpStream::connect_timeout(&at, deadline())?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(deadline()))?;
    stream.set_write_timeout(Some(deadline()))?;
    Ok(Box::new(stream))
}

impl Client {
    fn answer(&mut self, asked: Asked) -> Result<Heard, String> {
        loop {
            match response::take(&self.unread, asked, false)? {
                Some(response) => {
                    self.unread.drain(..response.raw.len());
                    if !response.is_interim() {
                        return Ok(Heard::Whole(response));
                    }
                }
                None if self.end.is_none() => self.receive()?,
                None if self.unread.is_empty() => return Ok(Heard::Nothing),
                None => return Ok(self.last(asked)),
            }
        }
    }

    /// What is there at the end of the connection: an orderly end is that of some
    /// answers, a reset of none.
    fn last(&mut self, asked: Asked) -> Heard {
        let bytes = std::mem::take(&mut self.unread);
        let taken = response::take(&bytes, asked, true);
        match (self.end, taken) {
            (Some(End::Closed), Ok(Some(response))) => Heard::Whole(response),
            _ => Heard::Cut,
        }
    }

    /// The parent, which turns clients away, does not wait for their requests: it
    /// has a page for HEAD too.
    fn at_end(&mut self, may_have_page: bool) -> Result<(), String> {
        while self.end.is_none() {
            self.receive()?;
        }
        if self.unread.is_empty() || may_have_page && self.unread.starts_with(b"<!doctype html>") {
            return Ok(());
        }
        Err(format!("bytes behind the last answer: {}", shown(&self.unread)))
    }

    fn receive(&mut self) -> Result<(), String> {
        let mut piece = [0; 64 * 1024];
        match self.stream.read(&mut piece) {
            Ok(0) => self.end = Some(End::Closed),
            Ok(count) => self.take(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                return Err(format!("no end after {}", shown(&self.unread)));
            }
            Err(_) => self.end = Some(End::Reset),
        }
        if Instant::now() > self.until { Err("no end in time".to_owned()) } else { Ok(()) }
    }

    fn take(&mut self, piece: &[u8]) {
        self.unread.extend_from_slice(piece);
        let place = || self.unread.windows(NEVER.len()).position(|part| part == NEVER.as_bytes());
        if self.is_timeless
            && let Some(place) = place()
        {
            let now = clock::imf_fixdate(clock::seconds(SystemTime::now()));
            self.unread.splice(place..place + NEVER.len(), now.into_bytes());
        }
    }
}
