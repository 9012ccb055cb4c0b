//! Moves bytes between a client and a program, in both directions at once, so
//! that neither can make the other wait for ever.

use svcd::http::Refusal;
use svcd::limits;

use super::body::Body;
use super::client::Client;
use super::lines::Lines;
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
    /// Whether there is more of it for this program: a local redirect is a GET.
    pub takes_body: bool,
}

impl Relay<'_> {
    /// Runs until the program ends, and hands what it writes to `take` as it
    /// comes, as long as that says true. Behind it nothing of the program is left.
    pub fn run(self, body: &mut Body, room: &mut [u8], take: &mut dyn FnMut(&[u8], &Body) -> bool) -> End {
        let Running { pid, input, output, errors } = self.running;
        let mut lines = Lines::new(self.name, self.client.scoreboard);
        let children = Children { program: pid, watch: process::watch_children(), ended: None };
        let input = Some(input).filter(|_| self.takes_body);
        let mut pipes = Pipes { input, errors: Some(errors), early: self.early, children };
        self.client.scoreboard.set_with_program(self.client.slot, pid);
        let mut end = pipes.relay(self.client, &output, body, room, &mut lines, take);
        drop(pipes.input);
        let was_killed = pipes.children.finish(matches!(end, End::Whole | End::Enough | End::Body(_)));
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
                if !self.write(body) {
                    return End::Failed;
                }
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

    /// False: what it has got is not all, and it must not take it for the whole.
    fn write(&mut self, body: &mut Body) -> bool {
        let Some(input) = &self.input else { return true };
        let content = if self.early.is_empty() { body.content() } else { self.early };
        match fs::write(input.borrow(), content) {
            Ok(count) if self.early.is_empty() => body.take(count),
            Ok(count) => self.early = self.early.get(count..).unwrap_or_default(),
            Err(Errno::EAGAIN) => {}
            // It does not read any more, which is its right.
            Err(Errno::EPIPE) => self.input = None,
            Err(_) => return false,
        }
        true
    }
}

/// The process that this one has made, and those that it has left.
struct Children {
    /// The pid, and the group.
    program: i32,
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
        while self.ended.is_none()
            && let Ok(Some(ended)) = process::reap()
        {
            // Another one was an orphan.
            self.ended = Some(ended).filter(|ended| ended.pid == self.program);
        }
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
    fn finish(&mut self, has_said_all: bool) -> bool {
        let group = self.program;
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
        self.end_others();
        was_killed
    }

    /// Ends what has left the group, and what that has made meanwhile: who is not
    /// waited for any more has become a child of this process.
    fn end_others(&self) {
        let end = time::monotonic() + limits::CGI_END_MS;
        loop {
            match process::reap() {
                Ok(Some(_)) => {}
                Ok(None) if process::kill_children() && time::monotonic() < end => {
                    let _ = readiness::wait(&mut [], 1);
                }
                // ECHILD: no child is left.
                _ => return,
            }
        }
    }
}
