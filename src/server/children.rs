//! The parent's list of its children, a slot for each connection.

use core::mem;
use core::net::SocketAddr;

use svcd::access::source::source;
use svcd::limits;
use svcd::options::Options;

use super::message;
use crate::sys::process::{self, Ended, Fork};
use crate::sys::{Errno, Failure, Scoreboard, time};

/// Bytes of the table of all slots; see [`Children::new`].
pub const TABLE: usize = PID * limits::MAX_CONNS_CEILING;

const PID: usize = size_of::<i32>();

pub struct Children<'a> {
    /// 0: the slot is free.
    pids: &'a mut [[u8; PID]],
    /// Connections of one source; 0: any number.
    most_of_one: u32,
    count: usize,
    /// A child has ended that was to wait for a connection.
    has_lost: bool,
    scoreboard: Scoreboard,
    /// The parent ends children itself by now.
    ending: bool,
    /// Processes that were not forked here may be children of this one: those of the
    /// server that this one is the successor of, or orphans that PID 1 gets.
    has_others: bool,
}

impl<'a> Children<'a> {
    /// `table` is zeros, and not on the stack: only what is used of it costs memory.
    /// `has_others`: this process has children from before its exec.
    pub fn new(options: &Options, table: &'a mut [u8; TABLE], has_others: bool) -> Result<Self, Failure> {
        let most = (options.max_conns as usize).min(limits::MAX_CONNS_CEILING);
        let scoreboard = Scoreboard::new(most)?;
        Ok(Children {
            pids: table.as_chunks_mut().0.get_mut(..most).unwrap_or_default(),
            most_of_one: options.max_per_ip,
            count: 0,
            has_lost: false,
            scoreboard,
            ending: false,
            has_others,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0 && !self.has_others
    }

    /// How many have a connection.
    pub fn count(&self) -> usize {
        self.count.saturating_sub(self.scoreboard.waiting())
    }

    pub fn scoreboard(&self) -> Scoreboard {
        self.scoreboard
    }

    /// A slot for a child to come, if there may be one more.
    pub fn free_slot(&self) -> Option<usize> {
        self.position(0)
    }

    fn position(&self, pid: i32) -> Option<usize> {
        self.pids.iter().position(|other| *other == pid.to_ne_bytes())
    }

    /// The slots that are in use, with their pids.
    fn used(&self) -> impl Iterator<Item = (usize, i32)> {
        let all = self.pids.iter().map(|pid| i32::from_ne_bytes(*pid)).enumerate();
        all.filter(|(_, pid)| *pid != 0)
    }

    /// Counts the connection of a slot as one of `peer`. False: so many were there
    /// before that it is too much, and it does not count.
    pub fn is_admitted(&self, slot: usize, peer: Option<SocketAddr>) -> bool {
        let Some(peer) = peer.filter(|_| self.most_of_one > 0) else { return true };
        let source = source(peer.ip());
        self.scoreboard.set_source(slot, source);
        // Other processes may do the same at this moment: too few get in then.
        let is_admitted = self.scoreboard.of_source(source) <= self.most_of_one as usize;
        if !is_admitted {
            self.scoreboard.set_source(slot, 0);
        }
        is_admitted
    }

    /// Makes a child for a free slot. One with a connection is busy from the
    /// beginning: its request may have arrived before it runs.
    pub fn fork(&mut self, slot: usize, has_connection: bool) -> Result<Fork, Errno> {
        if has_connection {
            self.scoreboard.set_busy(slot);
        } else {
            self.scoreboard.set_waiting(slot);
        }
        let fork = process::fork().inspect_err(|_| {
            self.scoreboard.set_busy(slot);
            self.scoreboard.set_source(slot, 0);
        })?;
        if let (Fork::Parent(pid), Some(entry)) = (&fork, self.pids.get_mut(slot)) {
            *entry = pid.to_ne_bytes();
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
        let pid = self.pids.get(slot).map(|pid| i32::from_ne_bytes(*pid)).filter(|pid| *pid != 0);
        pid.filter(|_| self.scoreboard.claim(slot)).map(process::kill).is_some()
    }

    /// Takes note of every child that has ended; the one that is `awaited`, which
    /// has no connection, is returned.
    pub fn reap(&mut self, awaited: Option<i32>) -> Option<Ended> {
        let mut found = None;
        loop {
            let ended = match process::reap() {
                Ok(Some(ended)) => ended,
                Ok(None) => break,
                Err(_) => {
                    self.has_others = false;
                    break;
                }
            };
            if awaited == Some(ended.pid) {
                found = Some(ended);
            } else if let Some(slot) = self.position(ended.pid) {
                self.forget(slot, &ended);
            } else {
                self.has_others = true;
            }
            // Another call would only say that there are none.
            if self.count == 0 && !self.has_others && awaited.is_none() {
                break;
            }
        }
        found
    }

    fn forget(&mut self, slot: usize, ended: &Ended) {
        if let Some(entry) = self.pids.get_mut(slot) {
            *entry = [0; PID];
        }
        self.count -= 1;
        self.end_program(slot);
        let was_ended = self.ending || self.scoreboard.is_claimed(slot);
        // Nobody waits in a slot without a process.
        self.has_lost |= self.scoreboard.is_waiting(slot);
        self.scoreboard.set_busy(slot);
        self.scoreboard.set_source(slot, 0);
        if ended.signal != 0 && !was_ended {
            message::child_killed(ended);
        }
    }

    /// Whether one has ended, since this was asked last, that was to wait for a
    /// connection.
    pub fn has_lost_one(&mut self) -> bool {
        mem::take(&mut self.has_lost)
    }

    /// Tells all children that their next answer is the last of its connection.
    pub fn set_stopping(&self) {
        self.scoreboard.set_stopping();
    }

    /// Ends the children that have no request under way.
    pub fn end_idle(&self) {
        self.scoreboard.set_ending();
        for (slot, _) in self.used() {
            self.end_idle_one(slot);
        }
    }

    /// Ends the children at once that have no program, and tells the others to end
    /// theirs. Those who do not are ended by [`Children::end_all`].
    pub fn end_most(&mut self) {
        self.ending = true;
        self.scoreboard.set_over();
        for (slot, pid) in self.used() {
            if self.scoreboard.program(slot).is_none() {
                process::kill(pid);
            }
        }
    }

    pub fn end_all(&self) {
        for (slot, pid) in self.used() {
            process::kill(pid);
            self.end_program(slot);
        }
        if self.has_others {
            process::kill_children();
        }
    }

    /// Ends the program of a child that could not do it.
    fn end_program(&self, slot: usize) {
        if let Some(group) = self.scoreboard.program(slot) {
            process::end_group(group, true);
        }
    }
}
