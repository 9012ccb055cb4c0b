//! Requests over a Unix socket.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::pace::deadline;
use crate::response::{self, Response};

/// A connection whose waits are bounded.
pub fn connect(socket: &Path) -> Result<UnixStream, String> {
    let stream = UnixStream::connect(socket).map_err(|error| format!("connect: {error}"))?;
    let timeouts = [stream.set_read_timeout(Some(deadline())), stream.set_write_timeout(Some(deadline()))];
    timeouts.into_iter().collect::<Result<(), _>>().map_err(|error| error.to_string())?;
    Ok(stream)
}

/// One request over a connection of its own, and its answer.
pub fn get(socket: &Path, target: &str) -> Result<Response, String> {
    let mut stream = connect(socket)?;
    let request = format!("GET {target} HTTP/1.1\r\nHost: svcd.test\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|error| format!("send: {error}"))?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(|error| format!("receive: {error}"))?;
    response::only(&bytes, false)
}
