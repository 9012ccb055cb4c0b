//! A connection from its first byte to its last.

use svcd::http::field::Fields;
use svcd::http::framing::{self, BodyLength, Expectation};
use svcd::http::request::HeadError;
use svcd::http::{Method, Parsed, Persistence, Refusal, Request, request, target};
use svcd::limits;
use svcd::text::split;

use super::access::Access;
use super::body::Body;
use super::client::Client;
use super::delivery::Sent;
use super::input::{Head, Input};
use super::program::{self, Call};
use super::respond::{self, Reply};
use super::route::{self, Route};
#[cfg(feature = "escape")]
use super::sandbox;
use super::script;
#[cfg(feature = "trace")]
use super::trace;
use super::{Memory, Site, file, listing, log, remove, store};
use crate::sys::{net, time};

/// Serves a connection until nothing more is to be done but to close it.
pub fn serve(client: &Client, memory: &mut Memory) {
    #[cfg(feature = "trace")]
    trace::begin_connection();
    let mut input = Input::new(memory.input, client);
    let mut access = Access::new();
    let mut room =
        Rooms { name: memory.name, path: memory.path, reply: memory.reply, listing: memory.listing };
    loop {
        #[cfg(feature = "trace")]
        trace::begin_request();
        let next = match input.receive_head(client) {
            Head::Complete(len) => {
                let (head, mut body) = input.split(len, client);
                let next = answer(client, head, &mut body, &mut access, &mut room);
                let unused = body.unused();
                input.resume(len, unused);
                next
            }
            Head::Refused(refusal) => refuse(client, input.bytes(), refusal, &mut room),
            Head::Gone => return,
        };
        match next {
            Next::Request => {}
            Next::Close => return,
            Next::Linger => return linger(client, room.reply),
        }
    }
}

/// What a request is answered in.
struct Rooms<'a> {
    name: &'a mut [u8; limits::PATH],
    path: &'a mut [u8; limits::PATH],
    reply: &'a mut [u8; limits::REPLY],
    listing: &'a mut [u8; limits::LISTING],
}

/// What becomes of the connection after an answer.
enum Next {
    Request,
    Close,
    /// The client may be sending still.
    Linger,
}

/// Answers what cannot be read as a head.
fn refuse(client: &Client, head: &[u8], refusal: Refusal, room: &mut Rooms) -> Next {
    // It has no fields that could be believed.
    let _ = client.identify(Fields::default());
    let mut reply = Reply::new(client, room.reply);
    reply.head_only = request::request_line(head).starts_with(b"HEAD ");
    let sent = respond::refuse(&mut reply, refusal);
    log::write(client, head, None, b"", &sent);
    Next::Linger
}

/// Answers a request.
fn answer(client: &Client, head: &[u8], body: &mut Body, access: &mut Access, room: &mut Rooms) -> Next {
    let request = match request::parse(head) {
        Ok(Parsed::Complete(request, _)) => request,
        // An end of a head that is not at its end, as of two empty lines.
        Ok(Parsed::Partial) => return refuse(client, head, HeadError::Method.refusal(), room),
        Err(error) => return refuse(client, head, error.refusal(), room),
    };
    let named = client.identify(request.fields);
    #[cfg(feature = "escape")]
    if let Some(refusal) = sandbox::attempt(client, &request) {
        return refuse(client, head, refusal, room);
    }
    body.frame(request.body);
    let expectation = framing::expectation(request.version, request.fields);
    let Rooms { name, path, reply, listing } = room;
    let below = script::below(&request, client.site, path);
    access.forget();
    let may = match (expectation, &below) {
        (Expectation::Unknown, _) => Err(Refusal::UnknownExpectation),
        (_, Err(refusal)) => Err(*refusal),
        (_, Ok(below)) => named.and_then(|()| access.check(client, &request, below.is_some())),
    };
    let own_root;
    // `*` is no resource of any host.
    let root = if client.site.options.virtual_hosts && request.target != b"*" {
        own_root = route::host(&request, &client.site.root);
        own_root.as_ref()
    } else {
        Ok(&client.site.root)
    };
    let route = match (may, root) {
        _ if is_for_health(&request, client.site) => Ok(Route::Health),
        (Ok(()), Ok(root)) => below.and_then(|below| route::route(&request, below, client.site, root, name)),
        (Err(refusal), _) | (_, Err(&refusal)) => Err(refusal),
    };
    #[cfg(feature = "trace")]
    let route = match route {
        Err(Refusal::NoSuchFile) if trace::is_asked_for(client, &request) => Ok(Route::Trace),
        route => route,
    };
    let is_logged = !matches!(route, Ok(Route::Health));
    let mut reply = Reply::new(client, reply);
    reply.head_only = request.method == Method::Head;
    reply.root = root.ok();
    let (sent, is_read) = match (route, root) {
        (Ok(Route::Program(script)), Ok(root)) => {
            let method = split(head, b' ').next().unwrap_or_default();
            let waits = expectation != Expectation::None && request.has_body();
            let (request, user) = (&request, access.user());
            let call = Call { client, root, request, method, user, waits, hops: program::HOPS };
            let sent = program::send(&mut reply, &call, &script, body, listing);
            (sent, body.is_read())
        }
        (mut route, _) => {
            let is_read = take_body(client, &request, body, expectation, &mut route);
            reply.persistence = client.persistence(&request, is_read);
            (send(&mut reply, &request, route, listing), is_read)
        }
    };
    let persistence = reply.persistence;
    client.answered.set(Some(sent.time));
    if is_logged {
        log::write(client, head, Some(&request), access.user(), &sent);
    }
    match persistence {
        _ if !sent.complete => Next::Close,
        _ if !is_read => Next::Linger,
        Persistence::Close if body.has_more() => Next::Linger,
        // A long answer gives the client time for another request, and no more
        // of a late body was received than belongs to it.
        Persistence::Close if (sent.is_long || request.has_body()) && has_input(client) => Next::Linger,
        Persistence::Close => Next::Close,
        _ => Next::Request,
    }
}

/// Whether somebody asks if this server is well: who has no password, of any host.
fn is_for_health(request: &Request, site: &Site) -> bool {
    let is_there =
        |path| target::parse(request.method, request.target).is_ok_and(|target| target.path == path);
    matches!(request.method, Method::Get | Method::Head) && site.options.health.is_some_and(is_there)
}

/// Sends what answers a request without a program.
pub fn send(
    reply: &mut Reply,
    request: &Request,
    route: Result<Route, Refusal>,
    listing: &mut [u8; limits::LISTING],
) -> Sent {
    match route {
        Ok(Route::File(found)) => {
            let sent = file::send(reply, request, &found);
            if reply.site.options.reuse == 1 && reply.persistence == Persistence::Close {
                // The process ends.
                found.file.leak();
            }
            sent
        }
        Ok(Route::Redirect { name, query }) => respond::redirect(reply, name, query),
        Ok(Route::Listing(folder)) => listing::send(reply, request, &folder, listing),
        Ok(Route::Options) => respond::options(reply),
        Ok(Route::Health) => respond::text(reply, |put| put(b"ok\n")),
        Ok(Route::Put(upload)) => store::send(reply, request, upload),
        Ok(Route::Delete(place)) => remove::send(reply, request, &place),
        Ok(Route::Program(_)) => respond::refuse(reply, Refusal::Broken),
        #[cfg(feature = "trace")]
        Ok(Route::Trace) => trace::send(reply),
        Err(refusal) => respond::refuse(reply, refusal),
    }
}

/// Reads the body of a request, and drops it unless it is PUT's; a body that is none
/// refuses the request. False: it was not read to its end, so that the connection
/// cannot be used again.
fn take_body(
    client: &Client,
    request: &Request,
    body: &mut Body,
    expectation: Expectation,
    route: &mut Result<Route, Refusal>,
) -> bool {
    if !request.has_body() {
        return true;
    }
    let is_wanted = matches!(route, Ok(Route::Put(_)));
    if !is_wanted && matches!(request.body, BodyLength::Length(length) if length > limits::DISCARD) {
        return false;
    }
    // RFC 9110 10.1.1: a client that waits is told at once what becomes of it.
    if expectation != Expectation::None {
        if route.is_err() {
            return false;
        }
        respond::proceed(client.socket.borrow());
    }
    let read = match route {
        Ok(Route::Put(upload)) => upload.receive(body),
        _ => body.discard(),
    };
    read.unwrap_or_else(|refusal| {
        *route = Err(refusal);
        false
    })
}

/// Whether something has arrived that was not asked for. It is not wanted any
/// more, so that losing a byte of it does no harm.
fn has_input(client: &Client) -> bool {
    net::receive_now(client.socket.borrow(), &mut [0]).is_ok_and(|count| count > 0)
}

/// Reads and drops what the client still sends, for a time. A close with
/// unread input would reset the connection and could destroy the answer.
fn linger(client: &Client, room: &mut [u8]) {
    if net::shutdown_write(client.socket.borrow()).is_err() {
        return;
    }
    let end = time::monotonic() + limits::LINGER_ALL_MS;
    loop {
        let deadline = end.min(time::monotonic() + u64::from(limits::LINGER) * 1000);
        match client.receive_before(room, deadline) {
            Ok(count) if count > 0 => {}
            Ok(_) | Err(_) => return,
        }
    }
}
