//! The cellar: the operating system, and all that is unsafe about it.
//!
//! Three storeys, and each has one job:
//! 1. the gate (`gate`, `<os>/<arch>.rs`): the only trap instruction of the
//!    program; numbers in, two registers out, errors as values;
//! 2. typed calls (`calls`, `<os>/calls.rs`): one function for each system
//!    call, with its man-page name, slices and descriptors for its arguments;
//! 3. safe meanings (`directory`, `fd`, `fs`, `net`, `process`, `scoreboard`,
//!    `temporary`, `time`): what the server wants of a system, in the same words on every one.
//!
//! The rooms above see the third storey only. Nothing above this folder is
//! `unsafe` or depends on the target.
//!
//! # The contract of a system
//!
//! Each `<os>/mod.rs` defines the same names, in the same order:
//!
//! - `arch`: `trap`, the gate; and the program's entry, which calls
//!   `start::enter`;
//! - `constant`: the numbers of the system's headers under their names;
//! - `Call`: every system call that the program can make, with its number;
//! - `Stat`: what fstat(2) writes, with `mode`, `size`, `modified`,
//!   `identity`;
//! - `read_directory`, `DIRENT_NAME`, `is_entry`: records of a directory, and
//!   what differs in them; number and length are at the same place;
//! - `family_bytes`, `family_of`: the two bytes a sockaddr begins with;
//!   `UNIX_PATH`: the room behind them in a Unix socket's;
//! - `socket`, `unacknowledged`, `accept`, `fork`, `send_file`, `realtime`, `monotonic`;
//! - `poll`, `pipe`, `dup_to`, `close_all`, `set_limit`, `unblock`,
//!   `watch_children`: what a program is started with, and how its end is known;
//! - `create_unnamed`, `link`, `rename`, `stamp`, `sync`: how a file comes into a folder;
//!   `path`: where it is;
//! - `Beneath`: how a path is opened that must stay below a directory and
//!   follow no symbolic link;
//! - `Watch`: waits for connections, the end of children and signals, without
//!   a signal handler.
#![allow(unsafe_code)]

mod calls;
pub mod directory;
mod errno;
mod fd;
pub mod fs;
mod gate;
pub mod net;
pub mod process;
pub mod readiness;
mod scoreboard;
pub mod spawn;
mod start;
pub mod temporary;
pub mod time;

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(target_os = "macos", path = "darwin/mod.rs")]
mod os;

#[cfg(not(any(
    all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64")),
    all(target_os = "macos", target_arch = "aarch64"),
)))]
compile_error!("svcd knows aarch64 Linux, x86_64 Linux and aarch64 Darwin; see src/sys/mod.rs");

pub use errno::{Errno, Failure};
pub use fd::{Fd, OwnedFd};
pub use os::Watch;
pub use scoreboard::Scoreboard;
pub use start::{Environment, Start};

/// Listening sockets that a [`Watch`] can wait for at once.
pub const LISTENERS: usize = 8;

/// What [`Watch`] waited for.
#[derive(Clone, Copy, Default)]
pub struct Events {
    /// Bit n: the listening socket n has a connection.
    pub connections: u32,
    /// SIGCHLD: at least one child has ended.
    pub child: bool,
    /// SIGTERM or SIGINT.
    pub stop: bool,
}
