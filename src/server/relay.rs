//! Moves bytes between a client and a program, in both directions at once, so
//! that neither can make the other wait for ever.

use svcd::http::Refusal;
use svcd::limits;

use super::body::Body;
use super::connection::Client;
use super::message;
use crate::sys::process::{self, Ended};
use crate::sys::readiness::{self, Entry};
use crate::sys::spawn::Running;
use crate::sys::{Errno, OwnedFd, fs, net, time};

/// How it ended.
pub enum End {
    /// The program has said all.
    Whole,
    /// Nobody wants to know more of it.
    Enough,
    /// It was silent for too long, or has run for too long, or the server stops.
    Late,
    /// The client has left.
    Gone,
    /// The body of the request is none.
    Body(Refusal),
    /// It was ended by a signal, or its output could not be read.
    Failed,
}

/// How often it is looked at what cannot be waited for, in milliseconds: whether
/// the client is there, and on some systems whether the program has ended.
const TICK: u64 = 100;

/// A program that runs for one request.
pub struct Relay<'a> {
    pub client: &'a Client<'a>,
    /// What standard error is told of it.
    pub name: &'a [u8],
    pub running: Running,
    /// Content of the request that was read before.
    pub early: &'a [u8],
}

impl Relay<'_> {
    /// Runs until the program ends, and hands what it writes to `take` as it
    /// comes, as long as that says true. Behind it nothing of the program is left.
    pub fn run(self, body: &mut Body, room: &mut [u8], take: &mut dyn FnMut(&[u8], &Body) -> bool) -> End {
        let Running { pid, input, output, errors } = self.running;
        let mut lines = Lines { name: self.name, room: [0; limits::CGI_LINE], len: 0 };
        let children = Children { watch: process::watch_children(), ended: None };
        let mut pipes = Pipes { input: Some(input), errors: Some(errors), early: self.early, children };
        self.client.scoreboard.set_with_program(self.client.slot);
        let mut end = pipes.relay(self.client, &output, body, room, &mut lines, take);
        drop(pipes.input);
        let was_killed = pipes.children.finish(pid, matches!(end, End::Whole | End::Enough | End::Body(_)));
        self.client.scoreboard.set_busy(self.client.slot);
        if was_killed && matches!(end, End::Whole) {
            end = End::Failed;
        }
        // What it has said at last.
        if let Some(errors) = pipes.errors {
            while lines.read(&errors, false) {}
        }
        lines.end();
        end
    }
}

struct Pipes<'a> {
    input: Option<OwnedFd>,
    errors: Option<OwnedFd>,
    early: &'a [u8],
    children: Children,
}

impl Pipes<'_> {
    fn relay(
        &mut self,
        client: &Client,
        output: &OwnedFd,
        body: &mut Body,
        room: &mut [u8],
        lines: &mut Lines,
        take: &mut dyn FnMut(&[u8], &Body) -> bool,
    ) -> End {
        let options = client.site.options;
        let begin = time::monotonic();
        let silence = u64::from(options.cgi_timeout) * 1000;
        let limit = if options.cgi_limit == 0 { u64::MAX } else { u64::from(options.cgi_limit) * 1000 };
        let mut heard = begin;
        let mut gone = None;
        loop {
            if self.input.is_some() && self.early.is_empty() {
                match body.fill(false) {
                    Ok(_) if body.is_read() => self.input = None,
                    Ok(_) => {}
                    Err(refusal) => return End::Body(refusal),
                }
            }
            let has_content = !self.early.is_empty() || !body.content().is_empty();
            let is_waiting = self.input.is_some() && !has_content;
            let mut entries = [
                if is_waiting { Entry::readable(client.socket.borrow()) } else { Entry::NONE },
                self.input
                    .as_ref()
                    .filter(|_| has_content)
                    .map_or(Entry::NONE, |fd| Entry::writable(fd.borrow())),
                Entry::readable(output.borrow()),
                self.errors.as_ref().map_or(Entry::NONE, |fd| Entry::readable(fd.borrow())),
                self.children.entry(),
            ];
            if readiness::wait(&mut entries, TICK).is_err() {
                return End::Failed;
            }
            let [_, can_write, can_read, has_errors, has_ended] = entries.map(|entry| entry.is_ready());
            if has_errors && !self.errors.as_ref().is_some_and(|errors| lines.read(errors, true)) {
                self.errors = None;
            }
            let now = time::monotonic();
            if can_write {
                self.write(body);
                heard = now;
            }
            if can_read {
                match fs::read(output.borrow(), room) {
                    Ok(0) => return End::Whole,
                    Ok(count) => {
                        if !take(room.get(..count).unwrap_or_default(), body) {
                            return End::Enough;
                        }
                    }
                    Err(_) => return End::Failed,
                }
                heard = time::monotonic();
                continue;
            }
            if self.children.ended.is_some() {
                // Somebody else has its output open, and says nothing.
                return End::Whole;
            }
            self.children.reap(has_ended);
            if is_waiting {
                // It is the client's turn, which the body sees to.
                heard = now;
            } else if net::is_at_end(client.socket.borrow())
                && now >= *gone.get_or_insert(now + limits::CGI_GONE_MS)
            {
                return End::Gone;
            }
            if now >= heard + silence || now - begin >= limit || client.scoreboard.is_over() {
                return End::Late;
            }
        }
    }

    fn write(&mut self, body: &mut Body) {
        let Some(input) = &self.input else { return };
        let content = if self.early.is_empty() { body.content() } else { self.early };
        match fs::write(input.borrow(), content) {
            Ok(count) if self.early.is_empty() => body.take(count),
            Ok(count) => self.early = self.early.get(count..).unwrap_or_default(),
            Err(Errno::EAGAIN) => {}
            // It does not read any more, which is its right.
            Err(_) => self.input = None,
        }
    }
}

/// The one process that this one has made.
struct Children {
    /// Where the system has that: is ready when a child has ended.
    watch: Option<OwnedFd>,
    ended: Option<Ended>,
}

impl Children {
    fn entry(&self) -> Entry {
        let watch = self.watch.as_ref().filter(|_| self.ended.is_none());
        watch.map_or(Entry::NONE, |watch| Entry::readable(watch.borrow()))
    }

    /// `is_told`: the watch is ready, and must be read to be it once only.
    fn reap(&mut self, is_told: bool) {
        if let Some(watch) = self.watch.as_ref().filter(|_| is_told) {
            let _ = fs::read(watch.borrow(), &mut [0; 128]);
        }
        self.ended = self.ended.take().or_else(process::reap);
    }

    /// Waits for the end, so many milliseconds at the most.
    fn wait(&mut self, most: u64) {
        let end = time::monotonic() + most;
        self.reap(false);
        while self.ended.is_none() && time::monotonic() < end {
            let mut entry = [self.entry()];
            let _ = readiness::wait(&mut entry, if self.watch.is_some() { most } else { 1 });
            self.reap(entry.iter().all(Entry::is_ready));
        }
    }

    /// Ends the program and all others of its group: first it is asked, if it has
    /// not ended by itself, for which it gets time when it has said all, or has been
    /// told by the end of its input that nothing more comes. True:
    /// something else has ended it by a signal.
    fn finish(&mut self, group: i32, has_said_all: bool) -> bool {
        self.wait(if has_said_all { limits::CGI_END_MS / 2 } else { 0 });
        let was_killed = self.ended.as_ref().is_some_and(|ended| ended.signal != 0);
        if self.ended.is_none() {
            process::end_group(group, false);
            self.wait(limits::CGI_END_MS);
        }
        process::end_group(group, true);
        while self.ended.is_none() {
            self.wait(limits::CGI_END_MS);
        }
        was_killed
    }
}

/// What a program says on standard error, line by line.
struct Lines<'a> {
    name: &'a [u8],
    room: [u8; limits::CGI_LINE],
    len: usize,
}

impl Lines<'_> {
    /// Reads what there is; false: it is at its end, or nothing is there.
    fn read(&mut self, errors: &OwnedFd, is_ready: bool) -> bool {
        let mut entry = [Entry::readable(errors.borrow())];
        if !is_ready && (readiness::wait(&mut entry, 0).is_err() || !entry.iter().all(Entry::is_ready)) {
            return false;
        }
        let room = self.room.get_mut(self.len..).unwrap_or_default();
        let Ok(count) = fs::read(errors.borrow(), room) else { return false };
        self.len += count;
        let mut rest = self.room.get(..self.len).unwrap_or_default();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, behind) = rest.split_at_checked(end).unwrap_or_default();
            message::program(self.name, line.strip_suffix(b"\r").unwrap_or(line));
            rest = behind.get(1..).unwrap_or_default();
        }
        let (start, len) = (self.len - rest.len(), rest.len());
        if start <= self.len && self.len <= limits::CGI_LINE {
            self.room.copy_within(start..self.len, 0);
        }
        self.len = len;
        if self.len == limits::CGI_LINE {
            self.end();
        }
        count > 0
    }

    fn end(&mut self) {
        if self.len > 0 {
            message::program(self.name, self.room.get(..self.len).unwrap_or_default());
        }
        self.len = 0;
    }
}
