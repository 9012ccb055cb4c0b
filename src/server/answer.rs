//! What a program writes, on its way to the client (RFC 3875 6).

use svcd::cgi::head::{self, Head, Kind, Parsed};
use svcd::http::field::Fields;
use svcd::http::request::Version;
use svcd::http::{Persistence, Refusal, Status, response};
use svcd::limits;
use svcd::text::{Buffer, decimal};

use super::access;
use super::delivery::{Parts, Sent};
use super::relay::End;
use super::respond::{self, Reply};
use crate::sys::net;

// A line of a program's head grows by a space and a CR. There must be room behind
// it, or the first chunk would be empty.
const _: () = assert!(limits::REPLY > limits::CGI_HEAD / 3 * 5 + limits::ADDED_FIELDS + 1024);

/// How the end of the content is known.
enum Framing {
    /// There is none: HEAD, 204, 304.
    Nothing,
    /// Bytes that are still to come.
    Length(u64),
    Chunked,
    /// The end of the connection.
    Close,
}

/// An answer, from the program's first byte to its last.
pub struct Answer<'a, 'b, 'c> {
    reply: &'b mut Reply<'a>,
    version: Version,
    /// Of the program's head as far as it is there.
    room: &'b mut [u8; limits::CGI_HEAD],
    len: usize,
    /// The client has a head, the program's or, of nph-, whatever it was.
    parts: Option<Parts<'a>>,
    framing: Framing,
    refusal: Option<Refusal>,
    redirect: &'b mut Buffer<'c>,
    /// It goes out as it is.
    is_raw: bool,
    /// Its refusal asks the client for a password.
    asks: bool,
}

impl<'a, 'b, 'c> Answer<'a, 'b, 'c> {
    pub fn new(
        reply: &'b mut Reply<'a>,
        version: Version,
        room: &'b mut [u8; limits::CGI_HEAD],
        redirect: &'b mut Buffer<'c>,
        is_raw: bool,
        asks: bool,
    ) -> Self {
        let framing = Framing::Close;
        Answer { reply, version, room, len: 0, parts: None, framing, refusal: None, redirect, is_raw, asks }
    }

    /// Takes what the program has written; false: no more is wanted.
    /// `persistence` is the connection's behind it, if the end of the answer can be
    /// told by anything else.
    pub fn take(&mut self, bytes: &[u8], persistence: Persistence) -> bool {
        if self.parts.is_some() {
            return self.content(bytes);
        }
        if self.is_raw {
            return self.begin_raw(bytes);
        }
        let Answer { room, len, redirect, .. } = self;
        let start = *len;
        let free = room.get_mut(start..).unwrap_or_default();
        let count = free.len().min(bytes.len());
        free.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        *len += count;
        let head = match head::parse(room.get(..*len).unwrap_or_default()) {
            Ok(Parsed::Partial) if count < bytes.len() => Err(Refusal::ProgramLongHead),
            Ok(Parsed::Partial) => return true,
            Ok(Parsed::Complete(Head { kind: Kind::LocalRedirect(path), .. }, _)) => {
                redirect.push(path);
                if !redirect.overflowed() {
                    return false;
                }
                Err(Refusal::ProgramLongHead)
            }
            Ok(Parsed::Complete(head, len)) => Ok((head, len)),
            Err(refusal) => Err(refusal),
        };
        match head {
            Ok((head, len)) => {
                let Some((parts, framing)) = begin(self.reply, self.version, &head, persistence, self.asks)
                else {
                    self.refusal = Some(Refusal::ProgramLongHead);
                    return false;
                };
                (self.parts, self.framing) = (Some(parts), framing);
                // What of these bytes is behind the head.
                self.content(bytes.get(len.saturating_sub(start)..).unwrap_or_default())
            }
            Err(refusal) => {
                self.refusal = Some(refusal);
                false
            }
        }
    }

    /// Begins with bytes that are a head already. The log wants to know the
    /// status in them.
    fn begin_raw(&mut self, bytes: &[u8]) -> bool {
        let code = bytes.get(9..12).and_then(decimal::parse).filter(|code| (200..600).contains(code));
        let status = code.map_or(Status::OK, |code| Status::of(code as u16));
        let (_, delivery) = self.reply.begin_with_line(status, b"", Fields::default());
        self.parts = Some(delivery.begin_parts(0));
        self.content(bytes)
    }

    fn content(&mut self, bytes: &[u8]) -> bool {
        let Some(parts) = &mut self.parts else { return false };
        // Behind a head that came alone.
        let more = bytes.is_empty() && !matches!(self.framing, Framing::Nothing | Framing::Length(0));
        let (mut wanted, mut goes_on) = (bytes, true);
        match &mut self.framing {
            Framing::Nothing => wanted = b"",
            Framing::Length(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                wanted = bytes.get(..count).unwrap_or_default();
                *left -= count as u64;
                goes_on = count == bytes.len();
            }
            Framing::Chunked | Framing::Close => {}
        }
        let is_chunk = matches!(self.framing, Framing::Chunked) && !bytes.is_empty();
        parts.part(self.reply.room, wanted, is_chunk, more) && goes_on
    }

    /// None: it is another path that answers.
    pub fn end(mut self, end: End) -> Option<Sent> {
        if !self.redirect.is_empty() && self.refusal.is_none() {
            return None;
        }
        let Some(mut parts) = self.parts.take() else {
            let refusal = self.refusal.unwrap_or(match end {
                End::Whole | End::Enough => Refusal::ProgramNoHead,
                End::Late => Refusal::ProgramSilent,
                End::Gone => Refusal::ClientGone,
                End::Body(refusal) => refusal,
                End::Failed => Refusal::ProgramFailed,
            });
            return Some(respond::refuse(self.reply, refusal));
        };
        let is_whole = match self.framing {
            Framing::Length(left) => left == 0,
            _ if !matches!(end, End::Whole) => false,
            Framing::Chunked => parts.part(self.reply.room, b"", true, false),
            Framing::Nothing | Framing::Close => true,
        };
        if !is_whole && matches!(self.framing, Framing::Close) {
            // The end of the connection would say that this is all.
            net::set_abort(self.reply.socket);
        }
        let mut sent = parts.end(is_whole);
        if sent.status.is_error() {
            sent.refusal = Some(Refusal::OfProgram);
        }
        Some(sent)
    }
}

/// Sends the head of the answer that the program's head asks for; None: it is too
/// long.
fn begin<'a>(
    reply: &mut Reply<'a>,
    version: Version,
    head: &Head,
    persistence: Persistence,
    asks: bool,
) -> Option<(Parts<'a>, Framing)> {
    let (mut status, mut line) = head.status();
    let asks = asks && matches!(status.code(), 401 | 403) && head.lines.first("WWW-Authenticate").is_none();
    if asks {
        (status, line) = (Status::UNAUTHORIZED, Status::UNAUTHORIZED.line());
    }
    let framing = match head.content_length {
        _ if matches!(status.code(), 204 | 304) => Framing::Nothing,
        Some(length) => Framing::Length(length),
        None if version == Version::Http11 => Framing::Chunked,
        None => Framing::Close,
    };
    reply.persistence = match framing {
        Framing::Close => Persistence::Close,
        _ => persistence,
    };
    let (mut answer, delivery) = reply.begin_with_line(status, line, head.lines);
    for (name, value) in head.fields() {
        answer.push(name);
        answer.push(b": ");
        answer.push(value);
        response::push_end(&mut answer);
    }
    if asks {
        response::push_field(&mut answer, "WWW-Authenticate", access::CHALLENGE);
    }
    match framing {
        Framing::Length(length) => response::push_length(&mut answer, length),
        Framing::Chunked => answer.push(b"Transfer-Encoding: chunked\r\n"),
        _ => {}
    }
    response::push_end(&mut answer);
    let framing = if delivery.head_only { Framing::Nothing } else { framing };
    (!answer.overflowed()).then(|| (delivery.begin_parts(answer.len()), framing))
}
