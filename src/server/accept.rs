//! The parent's loop: accept, fork, reap, stop.

use core::cell::Cell;

use svcd::limits;
use svcd::options::Options;

use super::children::Children;
use super::connection::{self, Client};
use super::listeners::Listeners;
use super::turned_away::TurnedAway;
use super::{Memory, RunError, Site, message};
use crate::sys::net::{self, Connection};
use crate::sys::process::Fork;
use crate::sys::{Errno, Events, Watch, time};

/// Serves until SIGTERM or SIGINT.
///
/// The parent never waits for a client. A child serves its one connection and
/// exits; it never returns into this loop.
pub fn serve(
    listeners: &mut Listeners,
    site: &Site,
    options: &Options,
    memory: &mut Memory,
) -> Result<(), RunError<'static>> {
    let watch = Watch::new()?;
    let mut children = Children::new(options.max_conns)?;
    let mut turned_away = TurnedAway::default();
    listeners.announce();
    let mut paused = false;
    loop {
        let timeout = if paused { Some(u64::from(limits::ACCEPT_PAUSE_MS)) } else { turned_away.time_left() };
        let watched = if paused { &[] } else { listeners.sockets() };
        paused = false;
        let Events { connections, child, stop } = watch.wait(watched, timeout)?;
        if child {
            children.reap();
        }
        if stop {
            break;
        }
        if turned_away.time_left() == Some(0) {
            turned_away.close();
        }
        for place in (0..limits::BINDS).filter(|place| connections >> place & 1 != 0) {
            let Some(listener) = listeners.get(place) else {
                continue;
            };
            let slot = children.free_slot();
            if slot.is_none() && children.make_room() {
                // The connection waits in the queue until that one has ended.
                paused = true;
                break;
            }
            let Connection { socket, peer } = match net::accept(listener, options.idle_timeout) {
                Ok(connection) => connection,
                Err(errno) => match classify(errno) {
                    Trouble::Passing => continue,
                    Trouble::Shortage => {
                        message::warning("accept", errno);
                        paused = true;
                        break;
                    }
                    Trouble::Fatal => return Err(errno.of("accept").into()),
                },
            };
            let Some(slot) = slot else {
                turned_away.answer(socket, options);
                continue;
            };
            match children.fork(slot) {
                Ok(Fork::Child) => {
                    // The child keeps no other connection, and not the
                    // listeners: a parent that is killed must be able to start
                    // anew on its addresses.
                    listeners.close();
                    drop(turned_away);
                    let scoreboard = children.scoreboard();
                    let (timeout_is_changed, answered) = (Cell::new(false), Cell::new(None));
                    let client =
                        Client { socket, peer, slot, scoreboard, site, timeout_is_changed, answered };
                    connection::serve(client, memory)
                }
                // The parent's copy of the socket is closed here.
                Ok(Fork::Parent(_)) => {}
                Err(errno) => {
                    message::warning("fork", errno);
                    turned_away.answer(socket, options);
                    paused = true;
                    break;
                }
            }
        }
    }
    listeners.close_and_remove();
    drain(&watch, &mut children);
    Ok(())
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

/// Waits for the requests that are under way, until they take too long or a
/// second signal comes.
fn drain(watch: &Watch, children: &mut Children) {
    children.set_stopping();
    let begin = time::monotonic();
    // A request that has arrived is answered, though its process has not seen it
    // yet and looks idle; and so is one that follows an answer which did not say
    // yet that it was the last.
    let arrived = begin + u64::from(limits::ARRIVED_MS);
    if wait_until(arrived, watch, children) {
        children.end_idle();
        wait_until(begin + u64::from(limits::GRACE) * 1000, watch, children);
    }
    children.end_most();
    wait_until(time::monotonic() + 2 * limits::CGI_END_MS, watch, children);
    children.end_all();
}

/// Waits until all children have ended or it is time; false: a signal came.
fn wait_until(deadline: u64, watch: &Watch, children: &mut Children) -> bool {
    while !children.is_empty() {
        let left = deadline.saturating_sub(time::monotonic());
        match watch.wait(&[], Some(left)) {
            Ok(Events { stop: false, child, .. }) => {
                if child {
                    children.reap();
                } else if left == 0 {
                    return true;
                }
            }
            _ => return false,
        }
    }
    true
}
