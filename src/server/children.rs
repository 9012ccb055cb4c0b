//! The parent's list of its children, a slot for each connection.

use svcd::limits;

use super::message;
use crate::sys::process::{self, Fork};
use crate::sys::{Errno, Failure, Scoreboard, time};

pub struct Children {
    /// 0: the slot is free.
    pids: [i32; limits::MAX_CONNS_CEILING],
    /// Slots in use are below `most`.
    most: usize,
    count: usize,
    scoreboard: Scoreboard,
    /// The parent ends children itself by now.
    ending: bool,
}

impl Children {
    pub fn new(most: u32) -> Result<Children, Failure> {
        let most = (most as usize).min(limits::MAX_CONNS_CEILING);
        let scoreboard = Scoreboard::new(most)?;
        Ok(Children { pids: [0; limits::MAX_CONNS_CEILING], most, count: 0, scoreboard, ending: false })
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn scoreboard(&self) -> Scoreboard {
        self.scoreboard
    }

    /// A slot for a child to come, if there may be one more.
    pub fn free_slot(&self) -> Option<usize> {
        self.pids.iter().take(self.most).position(|pid| *pid == 0)
    }

    /// Makes a child for a free slot. It counts as busy from the beginning: its
    /// request may have arrived before it runs.
    pub fn fork(&mut self, slot: usize) -> Result<Fork, Errno> {
        self.scoreboard.set_busy(slot);
        let fork = process::fork()?;
        if let (Fork::Parent(pid), Some(entry)) = (&fork, self.pids.get_mut(slot)) {
            *entry = *pid;
            self.count += 1;
        }
        Ok(fork)
    }

    /// Ends the child that has waited longest for a request, so that its slot
    /// gets free: one that waits to be served goes first, and a client has to
    /// expect that at any time (RFC 9112 9.5). False: none has waited for long.
    pub fn make_room(&mut self) -> bool {
        let longest = self.scoreboard.longest_idle();
        let is_due = |(_, since): &(_, u64)| since + limits::SPARED < time::now();
        longest.filter(is_due).is_some_and(|(slot, _)| self.end_idle_one(slot))
    }

    fn end_idle_one(&self, slot: usize) -> bool {
        let pid = self.pids.get(slot).copied().filter(|pid| *pid != 0);
        pid.filter(|_| self.scoreboard.claim(slot)).map(process::kill).is_some()
    }

    /// Takes note of every child that has ended.
    pub fn reap(&mut self) {
        while self.count > 0
            && let Some(ended) = process::reap()
        {
            // A process that was not forked here, adopted as PID 1 or from
            // before an exec.
            let Some(slot) = self.pids.iter().position(|pid| *pid == ended.pid) else {
                continue;
            };
            if let Some(entry) = self.pids.get_mut(slot) {
                *entry = 0;
            }
            self.count -= 1;
            let was_ended = self.ending || self.scoreboard.is_claimed(slot);
            // Nobody waits in a slot without a process.
            self.scoreboard.set_busy(slot);
            if ended.signal != 0 && !was_ended {
                message::child_killed(&ended);
            }
        }
    }

    /// Tells all children that their next answer is the last of its connection.
    pub fn set_stopping(&self) {
        self.scoreboard.set_stopping();
    }

    /// Ends the children that have no request under way.
    pub fn end_idle(&self) {
        self.scoreboard.set_ending();
        for slot in 0..self.most {
            self.end_idle_one(slot);
        }
    }

    /// Ends the children at once that have no program, and tells the others to end
    /// theirs. Those who do not are ended by [`Children::end_all`].
    pub fn end_most(&mut self) {
        self.ending = true;
        self.scoreboard.set_over();
        for (slot, pid) in self.pids.iter().enumerate().filter(|(_, pid)| **pid != 0) {
            if !self.scoreboard.is_with_program(slot) {
                process::kill(*pid);
            }
        }
    }

    pub fn end_all(&self) {
        self.pids.iter().filter(|pid| **pid != 0).for_each(|pid| process::kill(*pid));
    }
}
