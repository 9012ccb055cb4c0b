//! Answers that are no file: refusals, redirects, OPTIONS.

use svcd::http::field::Fields;
use svcd::http::{Persistence, Refusal, Status, method, range, response};
use svcd::limits;
use svcd::text::{Buffer, decimal, is_same_word, percent, split};

use super::client::Client;
use super::delivery::{Delivery, Sent};
use super::{Site, access, route};
use crate::sys::fs::{Metadata, Root};
use crate::sys::{Fd, OwnedFd, net, time};

/// Where an answer goes, and what it is put together in.
pub struct Reply<'a> {
    pub socket: Fd<'a>,
    pub site: &'a Site<'a>,
    /// Where the pages of this host are; None: there is no such host.
    pub root: Option<&'a Root>,
    pub room: &'a mut [u8; limits::REPLY],
    /// HEAD: the fields of a GET without its body.
    pub head_only: bool,
    pub persistence: Persistence,
    /// Seconds since 1970, of the Date field and the log.
    pub time: u64,
}

/// Longest page of a refusal that is built in.
const PAGE: usize = 1024;

// The longest answer here has a Location: path and query come from one request
// line, and each of their bytes becomes three at the most.
const _: () = assert!(limits::REPLY > 3 * limits::REQUEST_LINE + limits::ADDED_FIELDS + 2 * PAGE);

impl<'a> Reply<'a> {
    /// An answer to a client whose connection ends with it, until a request is
    /// known that wants it otherwise.
    pub fn new(client: &'a Client, room: &'a mut [u8; limits::REPLY]) -> Self {
        let site = client.site;
        let root = (!site.options.virtual_hosts).then_some(&site.root);
        let (socket, persistence) = (client.socket.borrow(), Persistence::Close);
        Reply { socket, site, root, room, head_only: false, persistence, time: time::now() }
    }

    /// Begins a head, with the fields of --header.
    pub fn begin(&mut self, status: Status) -> (Buffer<'_>, Delivery<'a>) {
        self.begin_with_line(status, status.line(), Fields::default())
    }

    /// The same with the code and the phrase of a program. A field of --header that
    /// is among `given` is left out: but for a list, it must not stand there twice
    /// (RFC 9110 5.3). Of lists there is Vary, of which no member may be missing.
    pub fn begin_with_line(
        &mut self,
        status: Status,
        line: &[u8],
        given: Fields,
    ) -> (Buffer<'_>, Delivery<'a>) {
        let mut answer = Buffer::new(self.room);
        response::begin_with_line(&mut answer, line, self.persistence, self.time);
        for line in self.site.options.headers.iter() {
            let name = split(line, b':').next().unwrap_or_default();
            let is_given = given.iter().any(|field| is_same_word(field.0, name));
            if !is_given || is_same_word(name, b"Vary") {
                response::push_line(&mut answer, line);
            }
        }
        let options = self.site.options;
        let (idle, rate) = (u64::from(options.idle_timeout) * 1000, u64::from(options.min_rate));
        let &mut Reply { socket, head_only, time, .. } = self;
        (answer, Delivery { socket, head_only, status, time, idle, rate })
    }
}

/// RFC 9110 15.2.1: the client may send the body that it holds back.
pub fn proceed(socket: Fd) {
    if net::send_all(socket, b"HTTP/1.1 100 Continue\r\n\r\n", false).is_err() {
        // A part of it may have gone out, and nothing must follow that.
        let _ = net::shutdown_write(socket);
    }
}

/// What OPTIONS asks for, of one resource or of all.
pub fn options(reply: &mut Reply) -> Sent {
    let allow = method::allow(reply.site.options.write);
    let (mut answer, delivery) = reply.begin(Status::NO_CONTENT);
    response::push_field(&mut answer, "Allow", allow.as_bytes());
    response::push_end(&mut answer);
    delivery.send(&answer, answer.len())
}

/// Sends a text that is true only now; `get` hands it out once.
pub fn text(reply: &mut Reply, get: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Sent {
    let (mut answer, delivery) = reply.begin(Status::OK);
    answer.push(b"Cache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\n");
    let mut head = 0;
    get(&mut |text| {
        response::push_length(&mut answer, text.len() as u64);
        response::push_end(&mut answer);
        head = answer.len();
        answer.push(text);
    });
    delivery.send(&answer, head)
}

/// Sends a status, its reason as a small page, and the field that says how to
/// do better where there is one.
pub fn refuse(reply: &mut Reply, refusal: Refusal) -> Sent {
    let allow = method::allow(reply.site.options.write);
    send_page(reply, refusal, &|head| match refusal.status() {
        Status::METHOD_NOT_ALLOWED => response::push_field(head, "Allow", allow.as_bytes()),
        Status::UNAUTHORIZED => response::push_field(head, "WWW-Authenticate", access::CHALLENGE),
        Status::UNSUPPORTED_MEDIA_TYPE => head.push(b"Accept-Encoding: identity\r\n"),
        _ => {}
    })
}

/// No range that was asked for lies in a file of `size` bytes.
pub fn unsatisfiable(reply: &mut Reply, size: u64) -> Sent {
    send_page(reply, Refusal::NoSuchBytes, &|head| {
        head.push(b"Content-Range: ");
        range::push_content_range(head, None, size);
        response::push_end(head);
    })
}

/// Sends a folder's name back with a slash. The name is encoded anew and has no
/// empty segments, so it stays on this server.
pub fn redirect(reply: &mut Reply, name: &[u8], query: Option<&[u8]>) -> Sent {
    let mut sent = send_page(reply, Refusal::FolderMoves, &|head| {
        head.push(b"Location: /");
        percent::push_path(head, name);
        head.push(b"/");
        if let Some(query) = query {
            head.push(b"?");
            percent::push_query(head, query);
        }
        response::push_end(head);
    });
    sent.refusal = None;
    sent
}

fn send_page(reply: &mut Reply, refusal: Refusal, fields: &dyn Fn(&mut Buffer)) -> Sent {
    let (status, reason) = refusal.told();
    let own = own_page(reply, status);
    let mut sent = match own.and_then(|page| send_own_page(reply, status, fields, &page)) {
        Some(sent) => sent,
        None => send_small_page(reply, status, reason, fields),
    };
    sent.refusal = Some(refusal);
    sent
}

/// The page of --errors for a status, or DOCROOT's own 404.html.
fn own_page(reply: &Reply, status: Status) -> Option<(OwnedFd, Metadata)> {
    if !status.is_error() {
        return None;
    }
    let mut room = [0; 16];
    let mut name = Buffer::new(&mut room);
    decimal::push(&mut name, u64::from(status.code()));
    name.push(b".html");
    let own = |root| route::open_regular(root, &mut name);
    let root = reply.root.filter(|_| status == Status::NOT_FOUND);
    [reply.site.errors.as_ref(), root].into_iter().flatten().find_map(own)
}

fn begin_page<'a>(
    reply: &'a mut Reply,
    status: Status,
    fields: &dyn Fn(&mut Buffer),
    length: u64,
) -> (Buffer<'a>, Delivery<'a>) {
    let (mut answer, delivery) = reply.begin(status);
    if status.is_error() {
        answer.push(b"Cache-Control: no-store\r\n");
    }
    fields(&mut answer);
    answer.push(b"Content-Type: text/html; charset=utf-8\r\n");
    response::push_length(&mut answer, length);
    response::push_end(&mut answer);
    (answer, delivery)
}

/// None: it could not be read.
fn send_own_page(
    reply: &mut Reply,
    status: Status,
    fields: &dyn Fn(&mut Buffer),
    (file, metadata): &(OwnedFd, Metadata),
) -> Option<Sent> {
    let (answer, delivery) = begin_page(reply, status, fields, metadata.size);
    delivery.send_file(answer, file.borrow(), 0, metadata.size).ok()
}

fn send_small_page(reply: &mut Reply, status: Status, reason: &[u8], fields: &dyn Fn(&mut Buffer)) -> Sent {
    let mut room = [0; PAGE];
    let mut page = Buffer::new(&mut room);
    response::push_page(&mut page, status, reason);
    let (mut answer, delivery) = begin_page(reply, status, fields, page.len() as u64);
    let head = answer.len();
    answer.push(page.bytes());
    delivery.send(&answer, head)
}
