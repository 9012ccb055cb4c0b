//! Processes that wait for connections, so that nobody waits for a process: --spare.
//!
//! Each of them accepts a connection, serves it, and ends, or waits for the next one
//! (--reuse). The parent makes others in time, and looks at connections itself only
//! when nobody else waits: with all slots taken, it turns clients away.

use svcd::limits;

use super::children::Children;
use super::client::Client;
use super::listeners::Listeners;
use super::trouble::Trouble;
use super::turned_away::TurnedAway;
use super::{Memory, Site, connection};
use crate::sys::crowd::{Arrival, Crowd};
use crate::sys::net::{self, Connection};
use crate::sys::process;
use crate::sys::{Failure, Scoreboard, time};

/// What the parent and those who wait have in common.
pub struct Spares {
    /// How many are to wait.
    wanted: usize,
    /// What those wait with who are made now; dropping it ends them. None: nobody is
    /// to wait, or not any more.
    crowd: Option<Crowd>,
    parent: i32,
    scoreboard: Scoreboard,
    /// What [`Scoreboard::ends`] was for those of `crowd`. A process that was not run
    /// yet has the parent's end of its pipe too, and so the others do not see the end.
    ends: u32,
    /// Until then, by [`time::monotonic`], none is made; 0: it can be tried.
    pause: u64,
}

/// Where a process of them works.
pub struct Post<'a> {
    pub slot: usize,
    pub listeners: &'a Listeners<'a>,
    pub children: &'a Children<'a>,
    pub site: &'a Site<'a>,
}

impl Spares {
    /// In the parent.
    pub fn new(site: &Site, listeners: &Listeners, scoreboard: Scoreboard) -> Result<Self, Failure> {
        let wanted = site.options.spare.min(site.options.max_conns) as usize;
        let parent = if wanted > 0 { process::id() } else { 0 };
        let mut spares = Spares { wanted, crowd: None, parent, scoreboard, ends: 0, pause: 0 };
        spares.begin(listeners).map(|()| spares)
    }

    /// From now on, somebody can wait.
    pub fn begin(&mut self, listeners: &Listeners) -> Result<(), Failure> {
        if self.wanted > 0 {
            self.ends = self.scoreboard.ends();
            self.crowd = Some(Crowd::new(listeners.sockets())?);
        }
        Ok(())
    }

    /// How many are to be made now.
    pub fn missing(&mut self, children: &mut Children) -> usize {
        if self.crowd.is_none() {
            return 0;
        }
        // One that cannot accept ends, and the next one would too.
        if children.has_lost_one() {
            self.pause();
        }
        if self.time_left() == Some(0) {
            self.pause = 0;
        }
        if self.pause > 0 { 0 } else { self.wanted.saturating_sub(self.scoreboard.waiting()) }
    }

    /// Lets some time pass before others are made.
    pub fn pause(&mut self) {
        self.pause = time::monotonic() + u64::from(limits::ACCEPT_PAUSE_MS);
    }

    /// Milliseconds until others can be made; None: that is possible.
    pub fn time_left(&self) -> Option<u64> {
        (self.pause > 0).then(|| self.pause.saturating_sub(time::monotonic()))
    }

    /// Whether somebody waits for connections besides the parent.
    pub fn are_there(&self) -> bool {
        self.wanted > 0 && self.scoreboard.waiting() > 0
    }

    /// Lets those who wait end.
    pub fn end(&mut self) {
        self.scoreboard.count_end();
        self.crowd = None;
    }

    /// Serves a connection in a child of its own, and those it waits for behind that;
    /// only those, where there is none yet.
    pub fn serve(&self, post: &Post, first: Option<Connection>, memory: &mut Memory) -> ! {
        self.crowd.iter().for_each(Crowd::close_in_child);
        let (slot, site, scoreboard) = (post.slot, post.site, self.scoreboard);
        let mut turned_away = TurnedAway::default();
        let mut left = site.options.reuse;
        let mut next = first;
        while let Some(Connection { socket, peer }) =
            next.take().or_else(|| self.accept(post, &mut turned_away))
        {
            left = left.saturating_sub(1);
            if left == 0 {
                // A parent that is killed must be able to start anew on its addresses.
                post.listeners.close_in_child();
            }
            let client = Client::new(socket, peer, slot, scoreboard, site);
            connection::serve(&client, memory);
            // What a program has left behind ends with this process. The end closes the
            // connection, too.
            if left == 0 || client.adopts.get() {
                process::exit(0);
            }
            drop(client);
            scoreboard.set_source(slot, 0);
            scoreboard.set_waiting(slot);
        }
        process::exit(0)
    }

    /// The next connection. None: it is the end, or there are enough others, or none
    /// can be accepted, and what that means is the parent's to say, who tries it then.
    fn accept(&self, post: &Post, turned_away: &mut TurnedAway) -> Option<Connection> {
        let scoreboard = self.scoreboard;
        let crowd = self.crowd.as_ref()?;
        loop {
            let is_surplus = || scoreboard.waiting() > self.wanted;
            let timeout = turned_away.time_left().or_else(|| is_surplus().then_some(limits::SURPLUS_MS));
            let place = match crowd.wait(timeout).ok()? {
                Arrival::Connection(place) if scoreboard.ends() == self.ends => place,
                Arrival::Connection(_) | Arrival::End => {
                    scoreboard.set_busy(post.slot);
                    return None;
                }
                Arrival::None => {
                    turned_away.close();
                    // As if it were gone, so that of several not too many go.
                    scoreboard.set_busy(post.slot);
                    if scoreboard.waiting() >= self.wanted {
                        return None;
                    }
                    scoreboard.set_waiting(post.slot);
                    continue;
                }
            };
            let connection = match net::accept(post.listeners.get(place)?, post.site.options.idle_timeout) {
                Ok(connection) => connection,
                Err(errno) if Trouble::of(errno) == Trouble::Passing => continue,
                Err(_) => return None,
            };
            scoreboard.set_busy(post.slot);
            let waiting = scoreboard.waiting();
            if waiting == 0 || waiting == self.wanted / 2 {
                process::call_parent(self.parent);
            }
            if post.children.is_admitted(post.slot, post.site.counted(&connection)) {
                turned_away.close();
                return Some(connection);
            }
            turned_away.answer(connection.socket, post.site.options);
            scoreboard.set_waiting(post.slot);
        }
    }
}
