//! Another program takes the place of this one, with its sockets: SIGUSR2.
//!
//! First the new one is tried: a child of the parent becomes it, opens what the
//! command line names, and exits. Only if that goes well, the parent becomes it
//! too: its pid stays what it is, and so do its children, which finish what they
//! have. Nobody accepts connections meanwhile; they wait in the queue.

use core::ffi::CStr;

use super::children::Children;
use super::inherited::{self, FOR_TRIAL};
use super::listeners::Listeners;
use super::message;
use crate::sys::process::{self, Ended, Fork};
use crate::sys::{Itself, OwnedFd, net};
use svcd::text::Buffer;

/// Starts the trial; None: that was not possible.
pub fn begin(itself: &Itself) -> Option<i32> {
    match process::fork() {
        Ok(Fork::Child) => {
            message::warning("execve", itself.execute(FOR_TRIAL));
            process::exit(1)
        }
        Ok(Fork::Parent(pid)) => Some(pid),
        Err(errno) => {
            message::warning("fork", errno);
            None
        }
    }
}

/// Whether it went well.
pub fn is_possible(trial: &Ended) -> bool {
    let is_possible = trial.signal == 0 && trial.code == 0;
    if !is_possible {
        message::not_upgraded();
    }
    is_possible
}

/// Becomes the other program. Behind it, that was not possible.
pub fn execute(itself: &Itself, listeners: &Listeners, children: &Children) {
    let sockets = || listeners.sockets().iter().flatten().map(OwnedFd::borrow);
    let mut room = [0; 128];
    let mut line = Buffer::new(&mut room);
    inherited::push_sockets(&mut line, sockets().map(|socket| socket.number()));
    let keep = |is_kept| sockets().try_for_each(|socket| net::keep_on_exec(socket, is_kept));
    let result = keep(true).map_err(|errno| errno.of("fcntl"));
    let result = result.map(|()| match CStr::from_bytes_until_nul(line.bytes()) {
        Ok(line) => message::warning("execve", itself.execute(line)),
        Err(_) => message::not_upgraded(),
    });
    if let Err(failure) = result {
        message::warning(failure.call, failure.errno);
    }
    let _ = keep(false);
    children.scoreboard().clear_stop();
}
