//! Clients above --max-conns: they get a 503 and no process.

use svcd::http::{Refusal, Status, response};
use svcd::limits;
use svcd::text::Buffer;

use crate::sys::{OwnedFd, net, time};

const FULL: Refusal = Refusal::new(Status::SERVICE_UNAVAILABLE, "too many connections, try again soon");

/// Longest 503, head and page.
const ANSWER: usize = 1024;

/// Connections that were answered and are not closed yet: a close with unread
/// input would reset the connection and could destroy the answer on its way.
/// Each one is closed when its place is needed, or when nothing happens for a
/// while.
#[derive(Default)]
pub struct TurnedAway {
    places: [Option<OwnedFd>; limits::TURNED_AWAY],
    next: usize,
}

impl TurnedAway {
    /// Answers without waiting for anything.
    pub fn answer(&mut self, socket: OwnedFd) {
        let mut room = [0; ANSWER];
        let mut page_room = [0; ANSWER];
        let mut page = Buffer::new(&mut page_room);
        response::push_page(&mut page, FULL);
        let mut answer = Buffer::new(&mut room);
        response::push_status(&mut answer, FULL.status, time::now());
        response::push_field(&mut answer, "Retry-After", b"1");
        response::push_field(&mut answer, "Content-Type", b"text/html; charset=utf-8");
        response::push_length(&mut answer, page.len() as u64);
        response::push_end(&mut answer);
        answer.push(page.bytes());
        // A client that takes no answer now gets none.
        let _ = net::send_now(socket.borrow(), answer.bytes());
        let _ = net::shutdown_write(socket.borrow());
        drain(&socket);
        if let Some(place) = self.places.get_mut(self.next) {
            close(place);
            *place = Some(socket);
        }
        self.next = (self.next + 1) % limits::TURNED_AWAY;
    }

    pub fn is_empty(&self) -> bool {
        self.places.iter().all(Option::is_none)
    }

    /// Closes all of them.
    pub fn close(&mut self) {
        self.places.iter_mut().for_each(close);
    }
}

fn close(place: &mut Option<OwnedFd>) {
    if let Some(socket) = place.take() {
        drain(&socket);
    }
}

/// Drops what has arrived, up to one buffer of it.
fn drain(socket: &OwnedFd) {
    let mut room = [0; ANSWER];
    let _ = net::receive_now(socket.borrow(), &mut room);
}
