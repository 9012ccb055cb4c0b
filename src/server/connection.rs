//! The child: one connection from its first byte to its last.

use core::net::SocketAddr;

use svcd::http::request::{self, HeadError};
use svcd::http::{Method, Parsed, Refusal, Request, Status};
use svcd::limits;

use super::respond::{self, Reply};
use super::{Memory, Site, file, log, route};
use crate::sys::{Errno, OwnedFd, Scoreboard, net, process, time};

/// The other end, and this process's place in the parent's list.
pub struct Client {
    pub socket: OwnedFd,
    pub peer: SocketAddr,
    pub slot: usize,
    pub scoreboard: Scoreboard,
}

const CUT: Refusal = Refusal::new(Status::BAD_REQUEST, "the request ends too early");
const SLOW: Refusal = Refusal::new(Status::REQUEST_TIMEOUT, "the head took too long");
const LARGE: Refusal =
    Refusal::new(Status::REQUEST_HEADER_FIELDS_TOO_LARGE, "request head larger than 16384 bytes");

/// Serves the one connection of this process, and ends it.
pub fn serve(client: Client, site: &Site, memory: &mut Memory) -> ! {
    let Memory { head, name, reply } = memory;
    if let Some((received, end)) = read_head(&client, *head) {
        let head = head.get(..received).unwrap_or_default();
        let unread = answer(&client, site, head, end, name, reply);
        if unread {
            linger(&client, reply.as_mut_slice());
        }
    }
    process::exit(0)
}

/// Why no more of a head is read.
enum End {
    /// It is whole.
    Complete,
    Refused(Refusal),
}

/// Receives until the head is whole or cannot become it; returns how many bytes
/// there are. None: the client went away, or never said anything.
///
/// The first byte may take as long as the idle timeout, which the socket has
/// from its listener. From then on the head as a whole has its own limit, in
/// however small pieces it comes.
fn read_head(client: &Client, head: &mut [u8]) -> Option<(usize, End)> {
    let socket = client.socket.borrow();
    let mut received = 0;
    let mut deadline = None;
    // What is here already needs no second look at the scoreboard: the parent
    // has marked this process busy.
    let mut arrived = net::receive_now(socket, head);
    if arrived == Err(Errno::EAGAIN) {
        client.scoreboard.set_busy(client.slot, false);
        arrived = net::receive(socket, head);
    }
    loop {
        let count = match arrived {
            Ok(0) if received > 0 => return Some((received, End::Refused(CUT))),
            Err(Errno::EAGAIN) if received > 0 => return Some((received, End::Refused(SLOW))),
            Ok(0) | Err(_) => return None,
            Ok(count) => count,
        };
        received += count;
        client.scoreboard.set_busy(client.slot, true);
        match request::parse(head.get(..received)?) {
            Ok(Parsed::Complete(..)) => return Some((received, End::Complete)),
            Err(error) => return Some((received, End::Refused(error.refusal()))),
            Ok(Parsed::Partial) if received == head.len() => {
                return Some((received, End::Refused(LARGE)));
            }
            Ok(Parsed::Partial) => {}
        }
        let now = time::monotonic();
        let deadline = *deadline.get_or_insert(now + u64::from(limits::HEADER_TIMEOUT) * 1000);
        if now >= deadline {
            return Some((received, End::Refused(SLOW)));
        }
        // Should this fail, the idle timeout still holds.
        let _ = net::set_receive_timeout(socket, deadline - now);
        arrived = net::receive(socket, head.get_mut(received..)?);
    }
}

/// Answers and logs; true when the client may be sending still.
fn answer(
    client: &Client,
    site: &Site,
    head: &[u8],
    end: End,
    name: &mut [u8; limits::PATH],
    reply: &mut [u8; limits::REPLY],
) -> bool {
    // Parsed a second time, because the first borrows what is read into.
    let parsed = match end {
        End::Complete => request::parse(head).map_err(HeadError::refusal),
        End::Refused(refusal) => Err(refusal),
    };
    let mut reply =
        Reply { socket: client.socket.borrow(), room: reply, head_only: false, time: time::now() };
    let (sent, request, unread) = match parsed {
        Ok(Parsed::Complete(request, len)) => {
            reply.head_only = request.method == Method::Head;
            let sent = serve_request(&request, site, name, &mut reply);
            // A long answer gives the client time for another request.
            let unread = len < head.len() || request.has_body() || (sent.is_long && has_input(client));
            (sent, Some(request), unread)
        }
        Ok(Parsed::Partial) => (respond::refuse(&mut reply, CUT), None, true),
        Err(refusal) => {
            reply.head_only = request::request_line(head).starts_with(b"HEAD ");
            (respond::refuse(&mut reply, refusal), None, true)
        }
    };
    if let Some(log) = site.log {
        log::write(log, client.peer.ip(), head, request.as_ref(), &sent);
    }
    unread
}

fn serve_request(
    request: &Request,
    site: &Site,
    name: &mut [u8; limits::PATH],
    reply: &mut Reply,
) -> respond::Sent {
    match route::route(request, site, name) {
        Ok(route::Route::File(found)) => file::send(reply, &found),
        Ok(route::Route::Folder { name, query }) => respond::redirect(reply, name, query),
        Err(refusal) => respond::refuse(reply, refusal),
    }
}

/// Whether something has arrived that was not asked for. It is not wanted any
/// more, so that losing a byte of it does no harm.
fn has_input(client: &Client) -> bool {
    net::receive_now(client.socket.borrow(), &mut [0]).is_ok_and(|count| count > 0)
}

/// Reads and drops what the client still sends, within limits. A close with
/// unread input would reset the connection and could destroy the answer.
fn linger(client: &Client, room: &mut [u8]) {
    let socket = client.socket.borrow();
    if net::shutdown_write(socket).is_err() {
        return;
    }
    let deadline = time::monotonic() + u64::from(limits::LINGER) * 1000;
    let mut dropped = 0;
    while dropped < limits::LINGER_BYTES {
        let left = deadline.saturating_sub(time::monotonic());
        if left == 0 || net::set_receive_timeout(socket, left).is_err() {
            return;
        }
        match net::receive(socket, room) {
            Ok(count) if count > 0 => dropped += count,
            Ok(_) | Err(_) => return,
        }
    }
}
