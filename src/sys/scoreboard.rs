//! Memory that the parent shares with its children.

use core::slice;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

use super::calls;
use super::errno::Failure;

/// A number for each connection, in which its child says that it is at work or
/// since when it has waited for a request, and another one for whose it is; one of
/// the parent: how far the server's stop has come; and what all of them have done.
/// Reading and writing them costs no call.
///
/// A child that begins to wait looks at the parent's number behind that; the
/// parent writes ENDING first and looks for waiting children then. In the one
/// order of all these accesses, which SeqCst is, one of the two sees what the
/// other wrote, so that no child stays behind.
#[derive(Clone, Copy)]
pub struct Scoreboard {
    all: &'static All,
    sources: &'static [AtomicU64],
    slots: &'static [AtomicU32],
}

#[repr(C)]
struct All {
    stop: AtomicU32,
    lost_lines: AtomicU32,
    log_is_stuck: AtomicU32,
    /// How often waiting for connections was ended.
    ends: AtomicU32,
    requests: AtomicU64,
    bytes: AtomicU64,
}

/// What the server has done since its start.
pub struct Done {
    pub requests: u64,
    /// Of bodies that it has sent.
    pub bytes: u64,
    /// Of the log, which could not be written.
    pub lost_lines: u32,
}

const BUSY: u32 = 0;
/// The parent ends the child.
const CLAIMED: u32 = 1;
/// From here to [`LAST_PID`]: at work, with a program of this pid that must not
/// outlive the child. Greater numbers are seconds since 1970.
const FIRST_PID: u32 = 2;
/// Linux's PID_MAX_LIMIT; Darwin's pids have five digits.
const LAST_PID: u32 = 1 << 22;
/// The child waits for a connection.
const WAITING: u32 = LAST_PID + 1;

/// Every answer is the last one of its connection.
const STOPPING: u32 = 1;
/// And nobody waits for another request.
const ENDING: u32 = 2;
/// And nobody goes on.
const OVER: u32 = 3;

impl Scoreboard {
    pub fn new(slots: usize) -> Result<Scoreboard, Failure> {
        let size = size_of::<All>() + slots * (size_of::<AtomicU64>() + size_of::<AtomicU32>());
        let memory = calls::mmap_shared(size).map_err(|errno| errno.of("mmap"))?.cast::<All>();
        // SAFETY: mmap gave so many zeroed bytes at least, aligned to a page,
        // that nothing else points to and nobody unmaps; other processes touch
        // them as atomics only. The sources are behind a multiple of their size, and
        // the slots behind a multiple of theirs.
        let (all, sources, slots) = unsafe {
            let sources = memory.add(1).cast::<AtomicU64>();
            let states = sources.add(slots).cast();
            (&*memory, slice::from_raw_parts(sources, slots), slice::from_raw_parts(states, slots))
        };
        Ok(Scoreboard { all, sources, slots })
    }

    pub fn set_busy(self, slot: usize) {
        self.set(slot, BUSY);
    }

    /// The child runs a program, which is the first of its group.
    pub fn set_with_program(self, slot: usize, pid: i32) {
        self.set(slot, pid as u32);
    }

    pub fn program(self, slot: usize) -> Option<i32> {
        let value = self.slots.get(slot)?.load(SeqCst);
        (FIRST_PID..=LAST_PID).contains(&value).then_some(value as i32)
    }

    /// The child waits for a request, since a time in seconds since 1970.
    pub fn set_idle(self, slot: usize, since: u64) {
        self.set(slot, (since as u32).max(WAITING + 1));
    }

    /// The child waits for a connection.
    pub fn set_waiting(self, slot: usize) {
        self.set(slot, WAITING);
    }

    pub fn is_waiting(self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|place| place.load(SeqCst) == WAITING)
    }

    /// How many children wait for a connection. They are counted each time, so that no
    /// child that is killed leaves a wrong number behind.
    pub fn waiting(self) -> usize {
        self.slots.iter().filter(|place| place.load(SeqCst) == WAITING).count()
    }

    /// How often the parent has ended the waiting of all who wait.
    pub fn ends(self) -> u32 {
        self.all.ends.load(SeqCst)
    }

    pub fn count_end(self) {
        self.all.ends.fetch_add(1, SeqCst);
    }

    /// Says whose connection it is; 0: nobody's that is counted.
    pub fn set_source(self, slot: usize, source: u64) {
        if let Some(place) = self.sources.get(slot) {
            place.store(source, SeqCst);
        }
    }

    /// How many connections are of one source.
    pub fn of_source(self, source: u64) -> usize {
        self.sources.iter().filter(|place| place.load(SeqCst) == source).count()
    }

    #[inline(never)]
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

    #[inline(never)]
    fn change(self, slot: usize, to: u32) -> bool {
        let Some(place) = self.slots.get(slot) else { return false };
        let since = place.load(SeqCst);
        since > WAITING && place.compare_exchange(since, to, SeqCst, SeqCst).is_ok()
    }

    pub fn is_claimed(self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|place| place.load(SeqCst) == CLAIMED)
    }

    /// The slot that has waited longest, and since when.
    pub fn longest_idle(self) -> Option<(usize, u64)> {
        let slots = self.slots.iter().map(|place| place.load(SeqCst)).enumerate();
        let idle = slots.filter(|(_, since)| *since > WAITING);
        idle.min_by_key(|(_, since)| *since).map(|(slot, since)| (slot, u64::from(since)))
    }

    /// Counts one answer.
    pub fn count(self, bytes: u64) {
        self.all.requests.fetch_add(1, Relaxed);
        self.all.bytes.fetch_add(bytes, Relaxed);
    }

    pub fn count_lost_line(self) {
        self.all.lost_lines.fetch_add(1, Relaxed);
    }

    /// Whether a line of the log has waited in vain, and none was written since.
    pub fn is_log_stuck(self) -> bool {
        self.all.log_is_stuck.load(Relaxed) != 0
    }

    pub fn set_log_stuck(self, is_stuck: bool) {
        self.all.log_is_stuck.store(is_stuck.into(), Relaxed);
    }

    pub fn done(self) -> Done {
        Done {
            requests: self.all.requests.load(Relaxed),
            bytes: self.all.bytes.load(Relaxed),
            lost_lines: self.all.lost_lines.load(Relaxed),
        }
    }

    /// From now on, each answer says that it is the last.
    pub fn set_stopping(self) {
        self.all.stop.store(STOPPING, SeqCst);
    }

    pub fn is_stopping(self) -> bool {
        self.all.stop.load(SeqCst) >= STOPPING
    }

    /// From now on, a child that begins to wait ends.
    pub fn set_ending(self) {
        self.all.stop.store(ENDING, SeqCst);
    }

    pub fn is_ending(self) -> bool {
        self.all.stop.load(SeqCst) >= ENDING
    }

    /// The server goes on.
    pub fn clear_stop(self) {
        self.all.stop.store(0, SeqCst);
    }

    /// From now on, a child that runs a program ends it, and itself.
    pub fn set_over(self) {
        self.all.stop.store(OVER, SeqCst);
    }

    pub fn is_over(self) -> bool {
        self.all.stop.load(SeqCst) == OVER
    }
}
