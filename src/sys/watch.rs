//! What the parent waits for.

use super::os::constant;

pub use super::os::{Watch, prepare_for_one};

/// Listening sockets that a [`Watch`] can wait for at once.
pub const LISTENERS: usize = 8;

/// Signals that it reads; the last one only where it is asked to.
pub(super) const SIGNALS: [u32; 6] = [
    constant::SIGCHLD,
    constant::SIGTERM,
    constant::SIGINT,
    constant::SIGUSR1,
    constant::SIGUSR2,
    constant::SIGHUP,
];

/// Those of them that are read.
pub(super) fn signals(with_hangup: bool) -> impl Iterator<Item = u32> {
    SIGNALS.into_iter().take(if with_hangup { SIGNALS.len() } else { SIGNALS.len() - 1 })
}

/// What [`Watch`] waited for.
#[derive(Clone, Copy, Default)]
pub struct Events {
    /// Bit n: the listening socket n has a connection.
    pub connections: u32,
    /// SIGCHLD: at least one child has ended.
    pub child: bool,
    /// SIGTERM or SIGINT.
    pub stop: bool,
    /// SIGHUP, if that is waited for.
    pub hangup: bool,
    /// SIGUSR1.
    pub status: bool,
    /// SIGUSR2.
    pub upgrade: bool,
}

impl Events {
    pub(super) fn note(&mut self, signal: u32) {
        match signal {
            constant::SIGCHLD => self.child = true,
            constant::SIGTERM | constant::SIGINT => self.stop = true,
            constant::SIGHUP => self.hangup = true,
            constant::SIGUSR1 => self.status = true,
            constant::SIGUSR2 => self.upgrade = true,
            _ => {}
        }
    }
}
