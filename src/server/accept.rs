//! The parent's loop: accept, fork, reap, stop.

use svcd::limits;
use svcd::options::Log;

use super::children::{self, Children};
use super::client::Client;
use super::connection;
use super::listeners::Listeners;
use super::sandbox::Reached;
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
    /// A descriptor to give up when there is no other, so that who comes then can be
    /// told; None: it is needed now, or there was none.
    spare: Option<OwnedFd>,
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
    let spare = spare(site);
    let mut parent = Parent { listeners, site, children, turned_away, spare };
    let sandbox = sandbox::enter(site)?;
    parent.listeners.announce();
    sandbox.iter().for_each(message::sandbox);
    let begin = time::monotonic();
    let (mut paused, mut trial) = (false, None);
    loop {
        let timeout =
            if paused { Some(u64::from(limits::ACCEPT_PAUSE_MS)) } else { parent.turned_away.time_left() };
        let watched = if paused { &[] } else { parent.listeners.sockets() };
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
            log::reopen(options.log, log);
        }
        if events.status {
            let (connections, done) = (parent.children.count(), parent.children.scoreboard().done());
            message::status(connections, &done, (time::monotonic() - begin) / 1000, process::memory());
        }
        if events.upgrade && trial.is_none() {
            // A successor would be kept from starting, as everything else is.
            let is_kept = sandbox.as_ref().is_some_and(Reached::is_any);
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
    parent.listeners.close_and_remove();
    parent.drain(&watch);
    Ok(())
}

/// Any open file would do.
fn spare(site: &Site) -> Option<OwnedFd> {
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
    /// Accepts one connection of a listener, and makes a process for it.
    fn accept(&mut self, place: usize, memory: &mut Memory) -> Result<Next, Failure> {
        let Some(listener) = self.listeners.get(place) else { return Ok(Next::GoOn) };
        let slot = self.children.free_slot();
        if slot.is_none() && self.children.make_room() {
            // The connection waits in the queue until that one has ended.
            return Ok(Next::Pause);
        }
        let timeout = self.site.options.idle_timeout;
        let Connection { socket, peer } = match net::accept(listener, timeout) {
            Ok(connection) => connection,
            Err(errno) => match classify(errno) {
                Trouble::Passing => return Ok(Next::GoOn),
                Trouble::Shortage => {
                    message::warning("accept", errno);
                    self.spare = None;
                    if let Ok(Connection { socket, .. }) = net::accept(listener, timeout) {
                        turned_away::answer(&socket, self.site.options);
                    }
                    self.turned_away.close();
                    self.spare = spare(self.site);
                    return Ok(Next::Pause);
                }
                Trouble::Fatal => return Err(errno.of("accept")),
            },
        };
        let Some(slot) = slot.filter(|_| !self.children.has_too_many(peer)) else {
            self.turned_away.answer(socket, self.site.options);
            return Ok(Next::GoOn);
        };
        match self.children.fork(slot, peer) {
            Ok(Fork::Child) => {
                // The child keeps no other connection, and not the listeners: a
                // parent that is killed must be able to start anew on its
                // addresses.
                self.listeners.close_in_child();
                self.turned_away.close();
                let client = Client::new(socket, peer, slot, self.children.scoreboard(), self.site);
                connection::serve(client, memory)
            }
            // The parent's copy of the socket is closed here.
            Ok(Fork::Parent(_)) => Ok(Next::GoOn),
            Err(errno) => {
                message::warning("fork", errno);
                self.turned_away.answer(socket, self.site.options);
                Ok(Next::Pause)
            }
        }
    }

    /// Lets another program take the place of this one. Behind it, that was not
    /// possible; true: because the server is to stop.
    fn make_way(&mut self, watch: &Watch, itself: &Itself) -> bool {
        self.children.set_stopping();
        let is_stopped = self.end_idle(watch) == Waited::Signal;
        if !is_stopped {
            upgrade::execute(itself, self.listeners, &self.children);
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

/// What an error of accept(2) means for the loop.
enum Trouble {
    /// Of this one connection, or nothing to accept after all.
    Passing,
    /// Of descriptors or memory: it will pass, but not at once.
    Shortage,
    /// Of the listening socket: it will not pass.
    Fatal,
}

fn classify(errno: Errno) -> Trouble {
    match errno {
        Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM => Trouble::Shortage,
        Errno::EBADF | Errno::EINVAL | Errno::ENOTSOCK | Errno::ENOSYS => Trouble::Fatal,
        // EAGAIN, ECONNABORTED, and the network errors of a connection that
        // Linux reports here: accept(2), "Error handling".
        _ => Trouble::Passing,
    }
}
