//! `GET /.svcd/trace`: the system calls that have served the request before it on the
//! same connection. Only the trace flavour has it, and only for clients on this machine.

use svcd::http::{Method, Request, target};

use super::client::Client;
use super::delivery::Sent;
use super::respond::{self, Reply};
use crate::sys::trace;

pub use crate::sys::trace::{begin_connection, begin_request};

/// The name is one that no file can be reached by: it begins with a dot.
const NAME: &[u8] = b"/.svcd/trace";

/// Whether a request is for the trace, and may have it.
pub fn is_asked_for(client: &Client, request: &Request) -> bool {
    // Behind a proxy, who is on this machine is a matter of belief.
    let is_behind = !client.site.options.trusted.is_empty();
    let peer = client.peer.get().address.filter(|_| !is_behind);
    let is_near = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let is_named = target::parse(request.method, request.target).is_ok_and(|target| target.path == NAME);
    trace::is_on() && is_near && is_named && matches!(request.method, Method::Get | Method::Head)
}

/// Sends it.
pub fn send(reply: &mut Reply) -> Sent {
    respond::text(reply, |put| trace::request_before(put))
}
