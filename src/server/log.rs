//! The access log: one write(2) for each line.

use svcd::http::request;
use svcd::http::request::Request;
use svcd::limits;
use svcd::log_line::{self, Record};
use svcd::options::Log;
use svcd::text::Buffer;

use super::connection::Client;
use super::delivery::Sent;
use super::{About, RunError};
use crate::sys::{Fd, fs};

/// The descriptor to log to; it stays open for the life of the process.
pub fn open(log: Log<'_>) -> Result<Option<Fd<'static>>, RunError<'_>> {
    match log {
        Log::None => Ok(None),
        Log::StandardOutput => Ok(Some(Fd::STDOUT)),
        Log::File(path) => match fs::open_append(path) {
            Ok(file) => Ok(Some(file.leak())),
            Err(errno) => Err(RunError::Call(errno.of("openat"), About::Path(path))),
        },
    }
}

/// Logs one answer. An error of the log costs nobody an answer; a pipe that is
/// full and not read makes this process wait for its reader.
pub fn write(client: &Client, head: &[u8], request: Option<&Request>, user: &[u8], sent: &Sent) {
    let Some(log) = client.site.log else {
        return;
    };
    let field = |name| request.and_then(|request| request.fields.first(name)).unwrap_or_default();
    let mut room = [0; limits::LOG_LINE];
    let mut line = Buffer::new(&mut room);
    log_line::push(
        &mut line,
        &Record {
            client: client.peer.map(|peer| peer.ip()),
            user,
            time: sent.time,
            request_line: request::request_line(head),
            status: sent.status.code(),
            bytes: sent.bytes,
            referer: field("Referer"),
            user_agent: field("User-Agent"),
            reason: sent.reason,
        },
    );
    let _ = fs::write(log, line.bytes());
}
