//! Waiting for everything at once, without a signal handler.

use super::layout::{Kevent, Timespec};
use super::{calls, constant};
use crate::sys::Events;
use crate::sys::errno::{Errno, Failure};
use crate::sys::fd::{Fd, OwnedFd};

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
    pub fn new() -> Result<Watch, Failure> {
        let blocked = bit(constant::SIGTERM) | bit(constant::SIGINT) | bit(constant::SIGPIPE);
        calls::sigprocmask(constant::SIG_BLOCK, blocked).map_err(|errno| errno.of("sigprocmask"))?;
        let queue = calls::kqueue().map_err(|errno| errno.of("kqueue"))?;
        let changes = [constant::SIGCHLD, constant::SIGTERM, constant::SIGINT].map(|signal| Kevent {
            ident: signal as usize,
            filter: constant::EVFILT_SIGNAL,
            flags: constant::EV_ADD,
            ..Kevent::default()
        });
        calls::kevent(queue.borrow(), &changes, &mut [], None).map_err(|errno| errno.of("kevent"))?;
        Ok(Watch { queue })
    }

    /// Waits until something happens, at most `timeout` milliseconds. Without
    /// a listener only children and signals count.
    pub fn wait(&self, listener: Option<Fd>, timeout: Option<u64>) -> Result<Events, Failure> {
        let change = listener.map(|listener| Kevent {
            ident: listener.number() as usize,
            filter: constant::EVFILT_READ,
            flags: constant::EV_ADD,
            ..Kevent::default()
        });
        let mut pending = [Kevent::default(); 4];
        let timeout = timeout.map(|milliseconds| Timespec {
            tv_sec: (milliseconds / 1000) as i64,
            tv_nsec: (milliseconds % 1000 * 1_000_000) as i64,
        });
        let count = match calls::kevent(self.queue.borrow(), change.as_slice(), &mut pending, timeout) {
            Err(Errno::EINTR) => 0,
            result => result.map_err(|errno| errno.of("kevent"))?,
        };
        let mut events = Events::default();
        for event in pending.iter().take(count) {
            match (event.filter, event.ident as u32) {
                (constant::EVFILT_SIGNAL, constant::SIGCHLD) => events.child = true,
                (constant::EVFILT_SIGNAL, _) => events.stop = true,
                // Without a listener now, an earlier one may still be watched.
                _ => events.connection = listener.is_some(),
            }
        }
        self.forget(listener, &pending, count);
        Ok(events)
    }

    /// Stops watching a listener that is not waited for at the moment; without
    /// this its event would come back at once, again and again.
    fn forget(&self, listener: Option<Fd>, pending: &[Kevent], count: usize) {
        if listener.is_some() {
            return;
        }
        for event in pending.iter().take(count).filter(|event| event.filter == constant::EVFILT_READ) {
            let change = Kevent { flags: constant::EV_DELETE, ..*event };
            let _ = calls::kevent(self.queue.borrow(), &[change], &mut [], None);
        }
    }
}
