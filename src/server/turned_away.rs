//! Clients above --max-conns, or for whom fork failed: they get a 503 and no
//! process.

use svcd::http::{Persistence, Refusal, response};
use svcd::limits;
use svcd::options::Options;
use svcd::text::Buffer;

use crate::sys::{OwnedFd, net, time};

/// Longest page of a 503, and longest head of one without the fields of --header.
const PAGE: usize = 512;

/// Longest 503; a field may get a space.
const ANSWER: usize = 2 * PAGE + limits::ADDED_FIELDS + limits::ADDITIONS;

/// Connections that were answered and are not closed yet: a close with unread
/// input would reset the connection and could destroy the answer on its way.
/// Each one is closed when its place is needed, or when none has come for a
/// while.
///
/// They are not in the log: the parent must not wait for a log that is full.
#[derive(Default)]
pub struct TurnedAway {
    places: [Option<OwnedFd>; limits::TURNED_AWAY],
    next: usize,
    /// When all are closed, by [`time::monotonic`]; 0: there are none.
    until: u64,
}

impl TurnedAway {
    /// Answers, and keeps the connection open for a while.
    pub fn answer(&mut self, socket: OwnedFd, options: &Options) {
        answer(&socket, options);
        if let Some(place) = self.places.get_mut(self.next) {
            close(place);
            *place = Some(socket);
        }
        self.next = (self.next + 1) % limits::TURNED_AWAY;
        self.until = time::monotonic() + u64::from(limits::LINGER) * 1000;
    }

    /// Milliseconds until they should be closed; None: there are none.
    pub fn time_left(&self) -> Option<u64> {
        (self.until > 0).then(|| self.until.saturating_sub(time::monotonic()))
    }

    /// Closes all of them. What is empty is not written to: a child has it from its
    /// parent, and would need a page of its own.
    pub fn close(&mut self) {
        if self.until > 0 {
            self.places.iter_mut().for_each(close);
            self.until = 0;
        }
    }
}

/// Answers without waiting for anything.
pub fn answer(socket: &OwnedFd, options: &Options) {
    let mut room = [0; ANSWER];
    let mut page_room = [0; PAGE];
    let mut page = Buffer::new(&mut page_room);
    let (status, reason) = Refusal::TooManyConnections.told();
    response::push_page(&mut page, status, reason);
    let mut answer = Buffer::new(&mut room);
    response::begin(&mut answer, status, Persistence::Close, time::now());
    for line in options.headers.iter() {
        response::push_line(&mut answer, line);
    }
    answer.push(b"Retry-After: 1\r\nContent-Type: text/html; charset=utf-8\r\n");
    response::push_length(&mut answer, page.len() as u64);
    response::push_end(&mut answer);
    answer.push(page.bytes());
    // A client that takes no answer now gets none.
    let _ = net::send_now(socket.borrow(), answer.bytes());
    let _ = net::shutdown_write(socket.borrow());
    drain(socket);
}

fn close(place: &mut Option<OwnedFd>) {
    if let Some(socket) = place.take() {
        drain(&socket);
    }
}

/// Drops what has arrived, up to one buffer of it.
fn drain(socket: &OwnedFd) {
    let mut room = [0; 2 * PAGE];
    let _ = net::receive_now(socket.borrow(), &mut room);
}
