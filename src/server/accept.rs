//! The parent's loop: accept, fork, reap, stop.

use svcd::limits;
use svcd::options::Log;

use super::children::{self, Children};
use super::listeners::Listeners;
use super::sandbox::Reached;
use super::spare::{Post, Spares};
use super::trouble::Trouble;
use super::turned_away::{self, TurnedAway};
use super::{Memory, RunError, Site, log, message, sandbox, upgrade};
use crate::sys::net::{self, Connection};
use crate::sys::process::{self, Fork};
use crate::sys::{Errno, Events, Failure, Itself, OwnedFd, Watch, time};

/// What the parent knows.
struct Parent<'a, 'b> {
    listeners: &'a mut Listeners<'b>,
    site: &'a Site<'b>,
    children: Children<'a>,
    turned_away: TurnedAway,
    spares: Spares,
    /// A descriptor to give up when there is no other, so that who comes then can be
    /// told; None: it is needed now, or there was none.
    reserve: Option<OwnedFd>,
}

/// Serves until SIGTERM or SIGINT.
///
/// The parent never waits for a client. A child serves its one connection and
/// exits; it never returns into this loop.
///
/// Not inlined: what is written behind each fork is close together then.
#[inline(never)]
pub fn serve<'b>(
    listeners: &mut Listeners<'b>,
    site: &Site<'b>,
    itself: &Itself,
    is_successor: bool,
    table: &mut [u8; children::TABLE],
    memory: &mut Memory,
) -> Result<(), RunError<'b>> {
    let options = site.options;
    let watch = Watch::new(matches!(options.log, Log::File(_)))?;
    let children = Children::new(options, table, is_successor)?;
    let turned_away = TurnedAway::default();
    let (spares, reserve) = (Spares::new(site, listeners, children.scoreboard())?, reserve(site));
    let mut parent = Parent { listeners, site, children, turned_away, spares, reserve };
    let sandbox = sandbox::enter(site)?;
    parent.listeners.announce();
    sandbox.iter().for_each(message::sandbox);
    let begin = time::monotonic();
    let (mut paused, mut trial) = (false, None);
    loop {
        parent.make_spares(memory);
        let timeout =
            if paused { Some(u64::from(limits::ACCEPT_PAUSE_MS)) } else { parent.turned_away.time_left() };
        let timeout = [timeout, parent.spares.time_left()].into_iter().flatten().min();
        let is_watching = !paused && !parent.spares.are_there();
        let watched = if is_watching { parent.listeners.sockets() } else { &[] };
        let events = watch.wait(watched, timeout)?;
        // First: a signal that was read is told only once, and what takes the place
        // of this program would not know of it.
        if events.stop {
            break;
        }
        if events.child
            && let Some(ended) = parent.children.reap(trial)
        {
            trial = None;
            if upgrade::is_possible(&ended) && parent.make_way(&watch, itself) {
                break;
            }
        }
        if let (true, Some(log)) = (events.hangup, site.log) {
            // Those who have the old one end before there is a new one.
            parent.spares.end();
            log::reopen(options, log);
            parent.begin_spares();
        }
        if events.status {
            let (connections, done) = (parent.children.count(), parent.children.scoreboard().done());
            message::status(connections, &done, (time::monotonic() - begin) / 1000, process::memory());
        }
        if events.upgrade && trial.is_none() {
            // A successor would be kept from starting, as everything else is, or would not
            // be the user any more who may become another one.
            let is_sandboxed = sandbox.as_ref().is_some_and(Reached::is_any);
            let is_kept = is_sandboxed || options.user.is_some() || options.chroot;
            if is_kept {
                message::not_in_sandbox();
            } else {
                trial = upgrade::begin(itself);
            }
        }
        if parent.turned_away.time_left() == Some(0) {
            parent.turned_away.close();
        }
        paused = false;
        for place in (0..limits::BINDS).filter(|place| events.connections >> place & 1 != 0) {
            if parent.accept(place, memory)? == Next::Pause {
                paused = true;
                break;
            }
        }
    }
    // Whoever sees that nobody listens any more is told that an answer is the last.
    parent.children.set_stopping();
    if site.options.reuse > 1 {
        parent.listeners.shut_down();
    }
    parent.listeners.close_and_remove();
    parent.spares.end();
    parent.drain(&watch);
    Ok(())
}

/// Any open file would do.
fn reserve(site: &Site) -> Option<OwnedFd> {
    site.root.search(c".").ok()
}

/// What the parent does behind a connection.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    /// It looks for connections again after a while.
    Pause,
}

impl Parent<'_, '_> {
    /// Without them, the parent can go on by itself.
    fn begin_spares(&mut self) {
        if let Err(failure) = self.spares.begin(self.listeners) {
            message::warning(failure.call, failure.errno);
        }
    }

    /// Makes the processes that wait for connections, as far as that is possible.
    fn make_spares(&mut self, memory: &mut Memory) {
        for _ in 0..self.spares.missing(&mut self.children) {
            let Some(slot) = self.children.free_slot() else { return };
            // When nobody is left, a connection lets the parent try it, and say so.
            if self.fork(slot, &mut None, memory).is_err() {
                return self.spares.pause();
            }
        }
    }

    /// Makes a process for a connection, which it takes, or for those to come.
    fn fork(
        &mut self,
        slot: usize,
        connection: &mut Option<Connection>,
        memory: &mut Memory,
    ) -> Result<(), Errno> {
        if let Fork::Child = self.children.fork(slot, connection.is_some())? {
            // It keeps no other connection.
            self.turned_away.close();
            let (listeners, children, site) = (&*self.listeners, &self.children, self.site);
            self.spares.serve(&Post { slot, listeners, children, site }, connection.take(), memory)
        }
        Ok(())
    }

    /// Accepts one connection of a listener, and makes a process for it.
    fn accept(&mut self, place: usize, memory: &mut Memory) -> Result<Next, Failure> {
        let Some(listener) = self.listeners.get(place) else { return Ok(Next::GoOn) };
        let slot = self.children.free_slot();
        // It has become somebody else's meanwhile.
        if self.spares.are_there() {
            return Ok(Next::GoOn);
        }
        if slot.is_none() && self.children.make_room() {
            // The connection waits in the queue until that one has ended.
            return Ok(Next::Pause);
        }
        let timeout = self.site.options.idle_timeout;
        let connection = match net::accept(listener, timeout) {
            Ok(connection) => connection,
            Err(errno) => match Trouble::of(errno) {
                Trouble::Passing => return Ok(Next::GoOn),
                Trouble::Shortage => {
                    message::warning("accept", errno);
                    self.reserve = None;
                    if let Ok(Connection { socket, .. }) = net::accept(listener, timeout) {
                        turned_away::answer(&socket, self.site.options);
                    }
                    self.turned_away.close();
                    self.reserve = reserve(self.site);
                    return Ok(Next::Pause);
                }
                Trouble::Fatal => return Err(errno.of("accept")),
            },
        };
        let mut connection = Some(connection);
        let peer = connection.as_ref().and_then(|connection| self.site.counted(connection));
        let slot = slot.filter(|slot| self.children.is_admitted(*slot, peer));
        let forked = slot.map(|slot| self.fork(slot, &mut connection, memory));
        if forked != Some(Ok(()))
            && let Some(Connection { socket, .. }) = connection
        {
            self.turned_away.answer(socket, self.site.options);
        }
        // The parent's copy of a socket that a child has is closed here.
        let Some(Err(errno)) = forked else { return Ok(Next::GoOn) };
        message::warning("fork", errno);
        Ok(Next::Pause)
    }

    /// Lets another program take the place of this one. Behind it, that was not
    /// possible; true: because the server is to stop.
    fn make_way(&mut self, watch: &Watch, itself: &Itself) -> bool {
        self.children.set_stopping();
        self.spares.end();
        let is_stopped = self.end_idle(watch) == Waited::Signal;
        if !is_stopped {
            upgrade::execute(itself, self.listeners, &self.children);
            self.begin_spares();
        }
        is_stopped
    }

    /// Ends the children that have nothing to do; all know that their next answer is
    /// the last.
    fn end_idle(&mut self, watch: &Watch) -> Waited {
        // A request that has arrived is answered, though its process has not seen
        // it yet and looks idle; and so is one that follows an answer which did not
        // say yet that it was the last.
        let waited = self.wait_until(time::monotonic() + u64::from(limits::ARRIVED_MS), watch);
        if waited == Waited::Long {
            self.children.end_idle();
        }
        waited
    }

    /// Waits for the requests that are under way, until they take too long or a
    /// second signal comes.
    fn drain(&mut self, watch: &Watch) {
        let begin = time::monotonic();
        // Those of the program before this one may have ended unnoticed.
        self.children.reap(None);
        if self.end_idle(watch) == Waited::Long {
            self.wait_until(begin + u64::from(self.site.options.grace) * 1000, watch);
        }
        self.children.end_most();
        self.wait_until(time::monotonic() + 2 * limits::CGI_END_MS, watch);
        self.children.end_all();
    }

    /// Waits until all children have ended or it is time.
    fn wait_until(&mut self, deadline: u64, watch: &Watch) -> Waited {
        while !self.children.is_empty() {
            let left = deadline.saturating_sub(time::monotonic());
            match watch.wait(&[], Some(left)) {
                Ok(Events { stop: false, child, .. }) => {
                    if child {
                        self.children.reap(None);
                    } else if left == 0 {
                        return Waited::Long;
                    }
                }
                _ => return Waited::Signal,
            }
        }
        Waited::All
    }
}

/// What has ended a time of waiting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waited {
    /// No child is left.
    All,
    Long,
    Signal,
}
