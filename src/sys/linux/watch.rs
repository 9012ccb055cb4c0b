//! Waiting for everything at once, without a signal handler.

use svcd::limits;

use super::{calls, constant};
use crate::sys::errno::{Errno, Failure};
use crate::sys::fd::OwnedFd;
use crate::sys::readiness::Entry;
use crate::sys::time;
use crate::sys::watch::{Events, LISTENERS, SIGNALS, signals};

const fn bit(signal: u32) -> u64 {
    1 << (signal - 1)
}

/// The signals are blocked and read from a signalfd(2), so they interrupt
/// nothing. SIGPIPE and SIGXFSZ are blocked with them and never read: a write to
/// a closed connection fails with EPIPE instead, one above the limit of a file's
/// size with EFBIG.
///
/// Children inherit the mask: Ctrl-C in a terminal reaches them too, and a
/// request under way must survive it. The parent decides when they end.
pub struct Watch {
    signals: OwnedFd,
}

impl Watch {
    /// `with_hangup`: SIGHUP is waited for, instead of ending the server.
    pub fn new(with_hangup: bool) -> Result<Watch, Failure> {
        // Started with SIGCHLD ignored, the kernel would reap the children and
        // tell nobody.
        calls::rt_sigaction_default(constant::SIGCHLD).map_err(|errno| errno.of("rt_sigaction"))?;
        let read = signals(with_hangup).fold(0, |bits, signal| bits | bit(signal));
        block(read)?;
        let signals = calls::signalfd4(read, constant::SFD_CLOEXEC | constant::SFD_NONBLOCK)
            .map_err(|errno| errno.of("signalfd4"))?;
        Ok(Watch { signals })
    }

    /// Waits until something happens, at most `timeout` milliseconds. Without
    /// listeners only children and signals count; of more than [`LISTENERS`]
    /// the rest is not looked at.
    pub fn wait(&self, listeners: &[Option<OwnedFd>], timeout: Option<u64>) -> Result<Events, Failure> {
        let entry = |fd: &OwnedFd| Entry::readable(fd.borrow());
        let mut fds = [entry(&self.signals); LISTENERS + 1];
        let mut count = 1;
        for (place, listener) in fds.iter_mut().skip(1).zip(listeners.iter().flatten()) {
            *place = entry(listener);
            count += 1;
        }
        let fds = fds.get_mut(..count).unwrap_or_default();
        match calls::ppoll(fds, timeout.map(calls::timespec)) {
            // A stopped process that goes on is interrupted in spite of the mask.
            Ok(0) | Err(Errno::EINTR) => return Ok(Events::default()),
            // It will pass, but not at once.
            Err(Errno::ENOMEM) => {
                time::sleep(limits::ACCEPT_PAUSE_MS);
                return Ok(Events::default());
            }
            result => result.map_err(|errno| errno.of("ppoll"))?,
        };
        let mut events = Events::default();
        let mut ready = fds.iter().map(|entry| u32::from(entry.is_ready()));
        if ready.next() == Some(1) {
            self.read_signals(&mut events);
        }
        events.connections = ready.rev().fold(0, |bits, bit| bits << 1 | bit);
        Ok(events)
    }

    fn read_signals(&self, events: &mut Events) {
        // One of each can be pending.
        let mut infos = [[0; 32]; SIGNALS.len()];
        let count = calls::read_signal_info(self.signals.borrow(), &mut infos).unwrap_or(0);
        for [signal, ..] in infos.iter().take(count) {
            events.note(*signal);
        }
    }
}

/// Blocks those of `bits`, and those that would end a process because of what it
/// writes to.
fn block(bits: u64) -> Result<(), Failure> {
    let never_read = bit(constant::SIGPIPE) | bit(constant::SIGXFSZ);
    calls::rt_sigprocmask(constant::SIG_BLOCK, bits | never_read).map_err(|errno| errno.of("rt_sigprocmask"))
}

/// What a process needs of [`Watch`] that has one connection and no children but
/// programs.
pub fn prepare_for_one() -> Result<(), Failure> {
    calls::rt_sigaction_default(constant::SIGCHLD).map_err(|errno| errno.of("rt_sigaction"))?;
    block(bit(constant::SIGCHLD))
}
