//! Waiting for everything at once, without a signal handler.

use svcd::limits;

use super::layout::{Kevent, Timespec};
use super::{calls, constant};
use crate::sys::errno::{Errno, Failure};
use crate::sys::fd::OwnedFd;
use crate::sys::time;
use crate::sys::watch::{Events, LISTENERS, SIGNALS, signals};

const fn bit(signal: u32) -> u32 {
    1 << (signal - 1)
}

/// A kqueue tells of signals even while they are blocked, so they are, and
/// interrupt nothing. SIGPIPE is blocked with them and never looked at.
///
/// Children inherit the mask: Ctrl-C in a terminal reaches them too, and a
/// request under way must survive it. The parent decides when they end.
pub struct Watch {
    queue: OwnedFd,
}

impl Watch {
    /// `with_hangup`: SIGHUP is waited for, instead of ending the server.
    pub fn new(with_hangup: bool) -> Result<Watch, Failure> {
        // Started with SIGCHLD ignored, the kernel would reap the children and
        // tell nobody.
        calls::sigaction_default(constant::SIGCHLD).map_err(|errno| errno.of("sigaction"))?;
        let queue = calls::kqueue().map_err(|errno| errno.of("kqueue"))?;
        let changes = SIGNALS.map(|signal| Kevent {
            ident: signal as usize,
            filter: constant::EVFILT_SIGNAL,
            flags: constant::EV_ADD,
            ..Kevent::default()
        });
        let changes = changes.get(..signals(with_hangup).count()).unwrap_or_default();
        calls::kevent(queue.borrow(), changes, &mut [], None).map_err(|errno| errno.of("kevent"))?;
        // Only now: a queue does not tell of a signal that came before it.
        let read = signals(with_hangup).filter(|signal| *signal != constant::SIGCHLD);
        let read = read.fold(0, |bits, signal| bits | bit(signal));
        block(read)?;
        Ok(Watch { queue })
    }

    /// Waits until something happens, at most `timeout` milliseconds. Without
    /// listeners only children and signals count; of more than [`LISTENERS`]
    /// the rest is not looked at.
    pub fn wait(&self, listeners: &[Option<OwnedFd>], timeout: Option<u64>) -> Result<Events, Failure> {
        // Oneshot: a listener that told of a connection is watched again only
        // when it is waited for again.
        let mut changes = [Kevent::default(); LISTENERS];
        let mut count = 0;
        for (change, listener) in changes.iter_mut().zip(listeners.iter().flatten()) {
            *change = Kevent {
                ident: listener.borrow().number() as usize,
                filter: constant::EVFILT_READ,
                flags: constant::EV_ADD | constant::EV_ONESHOT,
                udata: count,
                ..Kevent::default()
            };
            count += 1;
        }
        let changes = changes.get(..count).unwrap_or_default();
        // One for each listener, and one for each signal.
        let mut pending = [Kevent::default(); LISTENERS + SIGNALS.len()];
        let timeout = timeout.map(|milliseconds| Timespec {
            tv_sec: (milliseconds / 1000) as i64,
            tv_nsec: (milliseconds % 1000 * 1_000_000) as i64,
        });
        let count = match calls::kevent(self.queue.borrow(), changes, &mut pending, timeout) {
            Err(Errno::EINTR) => 0,
            // It will pass, but not at once.
            Err(Errno::ENOMEM) => {
                time::sleep(limits::ACCEPT_PAUSE_MS);
                0
            }
            result => result.map_err(|errno| errno.of("kevent"))?,
        };
        let mut events = Events::default();
        for event in pending.iter().take(count) {
            match event.filter {
                constant::EVFILT_SIGNAL => events.note(event.ident as u32),
                // A listener that did not tell of a connection when it was last
                // waited for is watched still.
                _ if listeners.is_empty() => {}
                _ => events.connections |= 1 << event.udata,
            }
        }
        Ok(events)
    }
}

/// Blocks those of `bits`, and those that would end a process because of what it
/// writes to.
fn block(bits: u32) -> Result<(), Failure> {
    let never_read = bit(constant::SIGPIPE) | bit(constant::SIGXFSZ);
    calls::sigprocmask(constant::SIG_BLOCK, bits | never_read).map_err(|errno| errno.of("sigprocmask"))
}

/// What a process needs of [`Watch`] that has one connection and no children but
/// programs.
pub fn prepare_for_one() -> Result<(), Failure> {
    calls::sigaction_default(constant::SIGCHLD).map_err(|errno| errno.of("sigaction"))?;
    block(0)
}
