//! A regular file as an answer.

use svcd::http::{Refusal, Status, media_type, response};
use svcd::limits;
use svcd::text::Buffer;

use super::respond::{self, Reply, Sent};
use super::route::Found;
use crate::sys::{Errno, Fd, fs, net};

const UNREADABLE: Refusal = Refusal::new(Status::INTERNAL_SERVER_ERROR, "the file could not be read");
const SHRUNK: Refusal = Refusal::new(Status::INTERNAL_SERVER_ERROR, "the file became shorter meanwhile");

/// Sends head and content. A small file goes out in one call with its head, a
/// large one by sendfile behind it.
pub fn send(reply: &mut Reply, found: &Found) -> Sent {
    let metadata = found.metadata;
    let mut answer = Buffer::new(reply.room);
    response::begin(&mut answer, Status::OK, reply.time);
    response::push_field(&mut answer, "Content-Type", media_type::of(found.name));
    response::push_length(&mut answer, metadata.size);
    // RFC 9110 8.8.2.1: not later than Date.
    response::push_last_modified(&mut answer, metadata.modified.min(reply.time));
    response::push_end(&mut answer);
    let head = answer.len();
    let is_inline = metadata.size <= limits::INLINE_FILE as u64;
    if is_inline && !reply.head_only {
        let content = answer.unused().get_mut(..metadata.size as usize).unwrap_or_default();
        match fs::read_full(found.file.borrow(), content) {
            Ok(count) if count as u64 == metadata.size => answer.grow(count),
            // The head with the wrong length is not sent yet.
            Ok(_) => return respond::refuse(reply, SHRUNK),
            Err(_) => return respond::refuse(reply, UNREADABLE),
        }
    }
    let follows = !is_inline && !reply.head_only;
    let bytes = match respond::send(reply.socket, answer.bytes(), head, follows) {
        Ok(_) if follows => send_content(reply.socket, found.file.borrow(), metadata.size),
        Ok(bytes) | Err((_, bytes)) => bytes,
    };
    Sent { status: Status::OK, bytes, reason: "", is_long: follows, time: reply.time }
}

/// Sends `size` bytes of `file`; returns how many went out. When the client is
/// gone or takes nothing, or the file has become shorter, it stops: the client
/// knows the length from the head and sees that bytes are missing.
fn send_content(socket: Fd, file: Fd, size: u64) -> u64 {
    let mut offset = 0;
    while offset < size {
        let (sent, result) = net::send_file(socket, file, offset, size - offset);
        offset += sent;
        match result {
            Ok(()) if sent > 0 => {}
            Err(Errno::EINTR) => {}
            Ok(()) | Err(_) => break,
        }
    }
    offset
}
