//! The access log: one write(2) for each line.

use svcd::http::request::Request;
use svcd::http::{Refusal, request};
use svcd::limits;
use svcd::log_line::{self, Record};
use svcd::options::{Log, Options};
use svcd::text::Buffer;

use super::client::Client;
use super::delivery::Sent;
use super::{About, RunError, message};
use crate::sys::{Errno, Fd, fs, readiness};

/// The descriptor to log to; it stays open for the life of the process.
pub fn open(log: Log<'_>) -> Result<Option<Fd<'static>>, RunError<'_>> {
    match log {
        Log::None => Ok(None),
        Log::StandardOutput => {
            fs::set_nonblocking_write(Fd::STDOUT);
            Ok(Some(Fd::STDOUT))
        }
        Log::File(path) => match fs::open_append(path) {
            Ok(file) => Ok(Some(file.leak())),
            Err(errno) => Err(RunError::Call(errno.of("openat"), About::Path(path))),
        },
    }
}

/// Opens the log's file anew: the old one may have been renamed. Processes of
/// connections have the old one until they end. With --chroot its path would name a
/// file that clients may get.
pub fn reopen(options: &Options, place: Fd<'static>) {
    if options.chroot {
        return message::log_stays();
    }
    if let Log::File(path) = options.log
        && let Err(errno) = fs::open_append(path).and_then(|file| fs::replace(place, file))
    {
        message::warning("openat", errno);
    }
}

/// Counts one answer, and logs it. A log that is full is waited for until one line
/// has waited in vain; from then on, and when it cannot be written for another
/// reason, its readers lose lines, which are counted.
pub fn write(client: &Client, head: &[u8], request: Option<&Request>, user: &[u8], sent: &Sent) {
    client.scoreboard.count(sent.bytes);
    let Some(log) = client.site.log else {
        return;
    };
    let field = |name| request.and_then(|request| request.fields.first(name)).unwrap_or_default();
    let mut room = [0; limits::LOG_LINE];
    let mut line = Buffer::new(&mut room);
    log_line::push(
        &mut line,
        &Record {
            client: client.remote.get().address.map(|address| address.ip().to_canonical()),
            user,
            time: sent.time,
            request_line: request::request_line(head),
            status: sent.status.code(),
            bytes: sent.bytes,
            referer: field("Referer"),
            user_agent: field("User-Agent"),
            reason: sent.refusal.map(Refusal::reason).unwrap_or_default(),
        },
    );
    let board = client.scoreboard;
    // Its reader may be slow only.
    let most = if board.is_log_stuck() { 0 } else { limits::LOG_WAIT_MS };
    let written = readiness::write_within(log, line.bytes(), most);
    board.set_log_stuck(written == Err(Errno::EAGAIN));
    if written.is_err() {
        board.count_lost_line();
    }
}
