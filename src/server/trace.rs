//! `GET /.svcd/trace`: the system calls that have served the request before it on the
//! same connection. Only the trace flavour has it, and only for clients on this machine.

use svcd::http::{Method, Request, Status, response, target};

use super::client::Client;
use super::delivery::Sent;
use super::respond::Reply;
use crate::sys::trace;

pub use crate::sys::trace::{begin_connection, begin_request};

/// The name is one that no file can be reached by: it begins with a dot.
const NAME: &[u8] = b"/.svcd/trace";

/// Whether a request is for the trace, and may have it.
pub fn is_asked_for(client: &Client, request: &Request) -> bool {
    let is_near = client.peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let is_named = target::parse(request.method, request.target).is_ok_and(|target| target.path == NAME);
    trace::is_on() && is_near && is_named && matches!(request.method, Method::Get | Method::Head)
}

/// Sends it as text.
pub fn send(reply: &mut Reply) -> Sent {
    let (mut answer, delivery) = reply.begin(Status::OK);
    answer.push(b"Cache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\n");
    let mut head = 0;
    trace::request_before(|calls| {
        response::push_length(&mut answer, calls.len() as u64);
        response::push_end(&mut answer);
        head = answer.len();
        answer.push(calls);
    });
    delivery.send(&answer, head)
}
