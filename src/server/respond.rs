//! Writing to the client: nothing else does.

use svcd::http::{Refusal, Status, method, response};
use svcd::limits;
use svcd::text::{Buffer, percent};

use crate::sys::{Errno, Fd, net};

/// Where an answer goes, and what it is put together in.
pub struct Reply<'a> {
    pub socket: Fd<'a>,
    pub room: &'a mut [u8; limits::REPLY],
    /// HEAD: the fields of a GET without its body.
    pub head_only: bool,
    /// Seconds since 1970, of the Date field and the log.
    pub time: u64,
}

/// What went out.
pub struct Sent {
    pub status: Status,
    /// Bytes of the body.
    pub bytes: u64,
    /// Of a refusal; else empty.
    pub reason: &'static str,
    /// The body went out in pieces behind the head.
    pub is_long: bool,
    pub time: u64,
}

/// Longest page of a refusal.
const PAGE: usize = 1024;

// The longest answer here has a Location: path and query come from one request
// line, and each of their bytes becomes three at the most.
const _: () = assert!(limits::REPLY > 3 * limits::REQUEST_LINE + 2 * PAGE);

/// Sends a status, its reason as a small page, and Allow where it must be.
pub fn refuse(reply: &mut Reply, refusal: Refusal) -> Sent {
    send_page(reply, refusal, |head| {
        if refusal.status == Status::METHOD_NOT_ALLOWED {
            response::push_field(head, "Allow", method::ALLOW.as_bytes());
        }
    })
}

/// Sends a folder's name back with a slash. The name is encoded anew and has no
/// empty segments, so it stays on this server.
pub fn redirect(reply: &mut Reply, name: &[u8], query: Option<&[u8]>) -> Sent {
    let moved = Refusal::new(Status::MOVED_PERMANENTLY, "this is a folder: its name ends in a slash");
    let mut sent = send_page(reply, moved, |head| {
        head.push(b"Location: /");
        percent::push_path(head, name);
        head.push(b"/");
        if let Some(query) = query {
            head.push(b"?");
            percent::push_query(head, query);
        }
        response::push_end(head);
    });
    sent.reason = "";
    sent
}

fn send_page(reply: &mut Reply, refusal: Refusal, fields: impl FnOnce(&mut Buffer)) -> Sent {
    let mut room = [0; PAGE];
    let mut page = Buffer::new(&mut room);
    response::push_page(&mut page, refusal);
    let mut answer = Buffer::new(reply.room);
    response::begin(&mut answer, refusal.status, reply.time);
    fields(&mut answer);
    response::push_field(&mut answer, "Content-Type", b"text/html; charset=utf-8");
    response::push_length(&mut answer, page.len() as u64);
    response::push_end(&mut answer);
    let head = answer.len();
    if !reply.head_only {
        answer.push(page.bytes());
    }
    let bytes = send(reply.socket, answer.bytes(), head, false).unwrap_or_else(|(_, bytes)| bytes);
    Sent { status: refusal.status, bytes, reason: refusal.reason, is_long: false, time: reply.time }
}

/// Sends an answer whose head has `head` bytes; returns how many of its body
/// went out, with an error or without.
pub fn send(socket: Fd, answer: &[u8], head: usize, more: bool) -> Result<u64, (Errno, u64)> {
    let body = |sent: usize| sent.saturating_sub(head) as u64;
    match net::send_all(socket, answer, more) {
        Ok(()) => Ok(body(answer.len())),
        Err((errno, sent)) => Err((errno, body(sent))),
    }
}
