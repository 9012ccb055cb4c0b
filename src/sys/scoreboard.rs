//! Memory that the parent shares with its children.

use core::slice;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use super::calls;
use super::errno::Failure;

/// One byte for each connection: whether a request is under way on it.
///
/// A child writes its own byte and the parent reads all of them, which costs
/// no call. Relaxed is enough: a byte stands for itself alone.
#[derive(Clone, Copy)]
pub struct Scoreboard {
    busy: &'static [AtomicU8],
}

impl Scoreboard {
    pub fn new(slots: usize) -> Result<Scoreboard, Failure> {
        let memory = calls::mmap_shared(slots).map_err(|errno| errno.of("mmap"))?;
        // SAFETY: mmap gave `slots` zeroed bytes at least that nothing else
        // points to and nobody unmaps; bytes have no alignment, and other
        // processes touch them as atomics only.
        let busy = unsafe { slice::from_raw_parts(memory.cast::<AtomicU8>(), slots) };
        Ok(Scoreboard { busy })
    }

    pub fn set_busy(self, slot: usize, busy: bool) {
        if let Some(byte) = self.busy.get(slot) {
            byte.store(u8::from(busy), Relaxed);
        }
    }

    pub fn is_busy(self, slot: usize) -> bool {
        self.busy.get(slot).is_some_and(|byte| byte.load(Relaxed) != 0)
    }
}
