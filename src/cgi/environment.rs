//! The variables of a program (RFC 3875 4.1).

use core::net::SocketAddr;

use crate::access::forwarded::Remote;
use crate::http::request::Version;
use crate::http::target::Target;
use crate::http::{Request, field, host};
use crate::limits;
use crate::text::{
    Buffer, List, address, decimal, find, is_same_word, split, split_once, without_first, without_last,
};

/// What a program is told about. No text in it has a NUL.
pub struct Context<'a> {
    /// The one that counts: behind a local redirect it has no body.
    pub request: &'a Request<'a>,
    /// It is behind such a redirect: what it says of a body is not its own.
    pub is_redirected: bool,
    /// As it was sent.
    pub method: &'a [u8],
    pub target: Target<'a>,
    /// Of the target or of Host.
    pub authority: Option<&'a [u8]>,
    /// The path of the program, decoded, without its first slash; empty: it answers
    /// for all paths, and what is behind it has that slash.
    pub script_name: &'a [u8],
    /// See [`super::script::decode_path_info`]; empty when nothing is behind the name.
    pub path_info: &'a [u8],
    /// The file that PATH_INFO would be; empty: it has none.
    pub path_translated: &'a [u8],
    /// The file that is run.
    pub script_filename: &'a [u8],
    pub document_root: &'a [u8],
    /// None: a Unix socket.
    pub server: Option<SocketAddr>,
    pub remote: Remote,
    /// Whose password was right; empty: nobody's.
    pub user: &'a [u8],
    /// In bytes, as far as it is known.
    pub content_length: Option<u64>,
    pub pass_auth: bool,
    /// Those of --cgi-env, [`inherited`] where they have no value. They count
    /// more than all others; of two that have one name, the first does.
    pub extra: &'a List<&'a [u8], { limits::ADDITIONS }>,
}

/// What --cgi-env means: `line` itself if it has a value, or the variable of
/// that name in the server's own environment.
pub fn inherited<'a>(line: &'a [u8], mut own: impl Iterator<Item = &'a [u8]>) -> Option<&'a [u8]> {
    if find(line, b'=').is_some() {
        return Some(line);
    }
    own.find(|variable| variable.strip_prefix(line).is_some_and(|rest| rest.starts_with(b"=")))
}

/// What is not passed on as HTTP_*: what has a variable of its own or is only
/// about this connection, passwords, and `Proxy`, which programs would take for
/// the HTTP_PROXY of their own requests.
const KEPT_BACK: &[u8] = b"\
Content-Type
Proxy
Proxy-Authorization
Proxy-Connection";

/// What is the same for every program. Without REDIRECT_STATUS, php-cgi takes a
/// request for one that went past the server.
const ALWAYS: &str = concat!(
    "GATEWAY_INTERFACE=CGI/1.1\n", // 4.1.4
    "SERVER_SOFTWARE=svcd/",
    env!("CARGO_PKG_VERSION"), // 4.1.17
    "\nPATH=/usr/local/bin:/usr/bin:/bin\n",
    "REDIRECT_STATUS=200",
);

/// Appends `NAME=VALUE` of every variable, each with a NUL behind it. No two
/// have the same name. Each has its section of RFC 3875 beside it, unless it is
/// only what programs expect.
pub fn push(block: &mut Buffer, context: &Context) {
    for line in context.extra.iter() {
        push_line(block, line);
    }
    for line in split(ALWAYS.as_bytes(), b'\n') {
        push_line(block, line);
    }
    let &Context { request, target, user, .. } = context;
    let query = target.query.unwrap_or_default();
    push_new(block, b"QUERY_STRING", &[query]); // 4.1.7
    let slash: &[u8] = if context.script_name.is_empty() { b"" } else { b"/" };
    push_new(block, b"SCRIPT_NAME", &[slash, context.script_name]); // 4.1.13
    // An empty one says no more than none (4.1.5), but is what more programs expect.
    push_new(block, b"PATH_INFO", &[context.path_info]);
    let mark: &[u8] = if target.query.is_some() { b"?" } else { b"" };
    push_new(block, b"REQUEST_URI", &[target.path, mark, query]);
    let mut put = |name: &str, value: &[u8]| {
        if !value.is_empty() {
            push_new(block, name.as_bytes(), &[value]);
        }
    };
    put("AUTH_TYPE", if user.is_empty() { b"" } else { b"Basic" }); // 4.1.1
    put("REMOTE_USER", user); // 4.1.11
    put("CONTENT_LENGTH", number(context.content_length, &mut [0; 20])); // 4.1.2
    if !context.is_redirected {
        put("CONTENT_TYPE", request.fields.first("Content-Type").unwrap_or_default()); // 4.1.3
    }
    put("PATH_TRANSLATED", context.path_translated); // 4.1.6
    put("REQUEST_METHOD", context.method); // 4.1.12
    put("SCRIPT_FILENAME", context.script_filename);
    put("DOCUMENT_ROOT", context.document_root);
    let version: &[u8] = if request.version == Version::Http10 { b"HTTP/1.0" } else { b"HTTP/1.1" };
    put("SERVER_PROTOCOL", version); // 4.1.16
    let mut room = [0; 48];
    let client = context.remote.address;
    let remote = host_of(client, b"unix:", &mut room);
    put("REMOTE_ADDR", bare(remote)); // 4.1.8
    put("REMOTE_HOST", bare(remote)); // 4.1.9
    put("REMOTE_PORT", port(client.filter(|client| client.port() > 0), &mut [0; 20]));
    let server = host_of(context.server, b"localhost", &mut room);
    if context.server.is_some() {
        put("SERVER_ADDR", bare(server));
    }
    let authority = context.authority.unwrap_or_default();
    let (name, own_port) = host::split(authority);
    put("HTTP_HOST", authority); // 4.1.18
    put("SERVER_NAME", if name.is_empty() { server } else { name }); // 4.1.14
    if context.remote.is_https {
        put("HTTPS", b"on");
        // The one that the client knows: this server is behind another one.
        put("SERVER_PORT", own_port);
        put("SERVER_PORT", b"443");
    }
    put("SERVER_PORT", port(context.server, &mut [0; 20])); // 4.1.15
    put("SERVER_PORT", b"80");
    push_fields(block, context);
}

/// The host of an address as it is in a URI. The client of a Unix socket has no
/// address; it does not get that of this machine, which some programs trust.
fn host_of<'a>(address: Option<SocketAddr>, none: &'a [u8], room: &'a mut [u8]) -> &'a [u8] {
    let Some(address) = address else { return none };
    let ip = address.ip().to_canonical();
    let mut text = Buffer::new(room);
    if ip.is_ipv6() {
        text.push(b"[");
    }
    address::push(&mut text, &ip);
    if ip.is_ipv6() {
        text.push(b"]");
    }
    text.split().0
}

fn bare(host: &[u8]) -> &[u8] {
    let host = without_first(host, b'[');
    without_last(host, b']')
}

fn port(address: Option<SocketAddr>, room: &mut [u8; 20]) -> &[u8] {
    number(address.map(|address| address.port().into()), room)
}

fn number(number: Option<u64>, room: &mut [u8; 20]) -> &[u8] {
    let mut text = Buffer::new(room);
    if let Some(number) = number {
        decimal::push(&mut text, number);
    }
    text.split().0
}

/// Appends `NAME=VALUE`; a name without a value is left out.
fn push_line(block: &mut Buffer, line: &[u8]) {
    if let Some((name, value)) = split_once(line, b'=') {
        push_new(block, name, &[value]);
    }
}

/// Appends a variable unless there is one of this name.
fn push_new(block: &mut Buffer, name: &[u8], value: &[&[u8]]) {
    let start = block.len();
    block.push(name);
    if is_new(block, start) {
        value.iter().for_each(|part| block.push(part));
        block.push_byte(0);
    }
}

/// HTTP_* (RFC 3875 4.1.18). A name with `_` is left out, because it would be
/// the same variable as one with `-`, for which nobody is asked who may send it.
fn push_fields(block: &mut Buffer, context: &Context) {
    let fields = context.request.fields;
    for (name, _) in fields.iter() {
        let is_name = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let is_secret = !context.pass_auth && is_same_word(name, b"Authorization");
        if !is_name || is_secret || field::is_listed(KEPT_BACK, name) {
            continue;
        }
        let start = block.len();
        block.push(b"HTTP_");
        for byte in name {
            block.push_byte(if *byte == b'-' { b'_' } else { byte.to_ascii_uppercase() });
        }
        // Otherwise it was joined with the first one.
        if !is_new(block, start) {
            continue;
        }
        let mut separator: &[u8] = b"";
        for (_, value) in fields.iter().filter(|other| is_same_word(other.0, name)) {
            block.push(separator);
            block.push(value);
            // RFC 9110 5.3; RFC 6265 5.4.
            separator = if is_same_word(name, b"Cookie") { b"; " } else { b", " };
        }
        block.push_byte(0);
    }
}

/// Appends `=` to the name that begins at `start`, or takes that away again
/// because it is there already.
fn is_new(block: &mut Buffer, start: usize) -> bool {
    block.push_byte(b'=');
    let (before, name) = block.bytes().split_at_checked(start).unwrap_or_default();
    let is_new = !split(before, 0).any(|variable| variable.starts_with(name));
    if !is_new {
        block.truncate(start);
    }
    is_new
}

#[cfg(test)]
mod tests;
