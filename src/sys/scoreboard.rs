//! Memory that the parent shares with its children.

use core::slice;
use core::sync::atomic::{AtomicU8, Ordering::SeqCst};

use super::calls;
use super::errno::Failure;

/// One byte for each connection: whether a request is under way on it; and one
/// of the parent: whether the server stops. Reading and writing them costs no
/// call.
///
/// A child that says that it is idle looks at the parent's byte behind that;
/// the parent writes its byte first and looks for idle children then. In the
/// one order of all these accesses, which SeqCst is, one of the two sees what
/// the other wrote, so that no child stays behind.
#[derive(Clone, Copy)]
pub struct Scoreboard {
    stopping: &'static AtomicU8,
    busy: &'static [AtomicU8],
}

impl Scoreboard {
    pub fn new(slots: usize) -> Result<Scoreboard, Failure> {
        let memory = calls::mmap_shared(slots + 1).map_err(|errno| errno.of("mmap"))?.cast::<AtomicU8>();
        // SAFETY: mmap gave so many zeroed bytes at least that nothing else
        // points to and nobody unmaps; bytes have no alignment, and other
        // processes touch them as atomics only.
        let (stopping, busy) = unsafe { (&*memory, slice::from_raw_parts(memory.add(1), slots)) };
        Ok(Scoreboard { stopping, busy })
    }

    pub fn set_busy(self, slot: usize, busy: bool) {
        if let Some(byte) = self.busy.get(slot) {
            byte.store(u8::from(busy), SeqCst);
        }
    }

    pub fn is_busy(self, slot: usize) -> bool {
        self.busy.get(slot).is_some_and(|byte| byte.load(SeqCst) != 0)
    }

    /// From now on, a child that becomes idle ends.
    pub fn set_stopping(self) {
        self.stopping.store(1, SeqCst);
    }

    pub fn is_stopping(self) -> bool {
        self.stopping.load(SeqCst) != 0
    }
}
