//! Memory that the parent shares with its children.

use core::slice;
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};

use super::calls;
use super::errno::Failure;

/// A number for each connection, in which its child says that it is at work or
/// since when it has waited for a request; and one of the parent: how far the
/// server's stop has come. Reading and writing them costs no call.
///
/// A child that begins to wait looks at the parent's number behind that; the
/// parent writes ENDING first and looks for waiting children then. In the one
/// order of all these accesses, which SeqCst is, one of the two sees what the
/// other wrote, so that no child stays behind.
#[derive(Clone, Copy)]
pub struct Scoreboard {
    stop: &'static AtomicU32,
    slots: &'static [AtomicU32],
}

const BUSY: u32 = 0;
/// The parent ends the child.
const CLAIMED: u32 = 1;
/// At work, with a program that must not outlive the child. Greater numbers are
/// seconds since 1970.
const WITH_PROGRAM: u32 = 2;

/// Every answer is the last one of its connection.
const STOPPING: u32 = 1;
/// And nobody waits for another request.
const ENDING: u32 = 2;
/// And nobody goes on.
const OVER: u32 = 3;

impl Scoreboard {
    pub fn new(slots: usize) -> Result<Scoreboard, Failure> {
        let size = (slots + 1) * size_of::<AtomicU32>();
        let memory = calls::mmap_shared(size).map_err(|errno| errno.of("mmap"))?.cast::<AtomicU32>();
        // SAFETY: mmap gave so many zeroed bytes at least, aligned to a page,
        // that nothing else points to and nobody unmaps; other processes touch
        // them as atomics only.
        let (stop, slots) = unsafe { (&*memory, slice::from_raw_parts(memory.add(1), slots)) };
        Ok(Scoreboard { stop, slots })
    }

    pub fn set_busy(self, slot: usize) {
        self.set(slot, BUSY);
    }

    /// The child runs a program.
    pub fn set_with_program(self, slot: usize) {
        self.set(slot, WITH_PROGRAM);
    }

    pub fn is_with_program(self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|place| place.load(SeqCst) == WITH_PROGRAM)
    }

    /// The child waits for a request, since a time in seconds since 1970.
    pub fn set_idle(self, slot: usize, since: u64) {
        self.set(slot, (since as u32).max(WITH_PROGRAM + 1));
    }

    fn set(self, slot: usize, value: u32) {
        if let Some(place) = self.slots.get(slot) {
            place.store(value, SeqCst);
        }
    }

    /// Ends the waiting of a child, for the child itself. False: the parent has
    /// claimed it, and it must not answer any more.
    pub fn become_busy(self, slot: usize) -> bool {
        self.change(slot, BUSY)
    }

    /// Takes a waiting child for the parent, which ends it then: so it has no
    /// request under way. False: it is at work.
    pub fn claim(self, slot: usize) -> bool {
        self.change(slot, CLAIMED)
    }

    fn change(self, slot: usize, to: u32) -> bool {
        let Some(place) = self.slots.get(slot) else { return false };
        let since = place.load(SeqCst);
        since > WITH_PROGRAM && place.compare_exchange(since, to, SeqCst, SeqCst).is_ok()
    }

    pub fn is_claimed(self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|place| place.load(SeqCst) == CLAIMED)
    }

    /// The slot that has waited longest, and since when.
    pub fn longest_idle(self) -> Option<(usize, u64)> {
        let slots = self.slots.iter().map(|place| place.load(SeqCst)).enumerate();
        let idle = slots.filter(|(_, since)| *since > WITH_PROGRAM);
        idle.min_by_key(|(_, since)| *since).map(|(slot, since)| (slot, u64::from(since)))
    }

    /// From now on, each answer says that it is the last.
    pub fn set_stopping(self) {
        self.stop.store(STOPPING, SeqCst);
    }

    pub fn is_stopping(self) -> bool {
        self.stop.load(SeqCst) >= STOPPING
    }

    /// From now on, a child that begins to wait ends.
    pub fn set_ending(self) {
        self.stop.store(ENDING, SeqCst);
    }

    pub fn is_ending(self) -> bool {
        self.stop.load(SeqCst) >= ENDING
    }

    /// From now on, a child that runs a program ends it, and itself.
    pub fn set_over(self) {
        self.stop.store(OVER, SeqCst);
    }

    pub fn is_over(self) -> bool {
        self.stop.load(SeqCst) == OVER
    }
}
