//! The parent's list of its children, a slot for each connection.

use svcd::limits;

use super::message;
use crate::sys::process::{self, Fork};
use crate::sys::{Errno, Failure, Scoreboard};

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
        self.scoreboard.set_busy(slot, true);
        let fork = process::fork()?;
        if let (Fork::Parent(pid), Some(entry)) = (&fork, self.pids.get_mut(slot)) {
            *entry = *pid;
            self.count += 1;
        }
        Ok(fork)
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
            if ended.signal != 0 && !self.ending {
                message::child_killed(&ended);
            }
        }
    }

    /// Ends the children that have no request under way, and tells the others
    /// to end behind theirs.
    pub fn end_idle(&mut self) {
        self.scoreboard.set_stopping();
        self.end(|scoreboard, slot| !scoreboard.is_busy(slot));
    }

    pub fn end_all(&mut self) {
        self.end(|_, _| true);
    }

    fn end(&mut self, which: fn(Scoreboard, usize) -> bool) {
        self.ending = true;
        for (slot, pid) in self.pids.iter().enumerate() {
            if *pid != 0 && which(self.scoreboard, slot) {
                process::kill(*pid);
            }
        }
    }
}
