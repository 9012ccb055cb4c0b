//! The cellar: the operating system, and all that is unsafe about it.
//!
//! Three storeys, and each has one job:
//! 1. the gate (`gate`, `<os>/<arch>.rs`): the only trap instruction of the
//!    program; numbers in, two registers out, errors as values;
//! 2. typed calls (`calls`, `<os>/calls.rs`): one function for each system
//!    call, with its man-page name, slices and descriptors for its arguments;
//! 3. safe meanings (`crowd`, `directory`, `fd`, `fs`, `net`, `process`, `scoreboard`,
//!    `sandbox`, `temporary`, `time`): what the server wants of a system, in the same words on every one.
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
//! - `Entrance`: how several processes wait for connections; `poll`, `pipe`, `spawn`, `dup_to`, `close_all`, `set_limit`,
//!   `set_default_action`, `unblock`,
//!   `watch_children`, `adopt_orphans`, `kill_children`: how a program is started, and
//!   how all of it ends;
//! - `create_unnamed`, `link`, `rename`, `stamp`, `sync`: how a file comes into a folder;
//!   `path`: where it is;
//! - `FEWEST_GROUPS`; `sandbox`: what a process can give up, if the system has that;
//! - `Beneath`: how a path is opened that must stay below a directory and
//!   follow no symbolic link;
//! - `own_path`: what the program was started from; `set_nonblocking_write`: of a pipe
//!   or terminal; `MAXRSS`: a unit;
//! - with the feature `trace`, `trace`: how its calls are shown, see `sys::trace`;
//! - `Watch`: waits for connections, the end of children and signals, without
//!   a signal handler; `prepare_for_one`: what is left of it with one connection.
#![allow(unsafe_code)]

mod calls;
pub mod crowd;
pub mod directory;
mod errno;
mod fd;
pub mod fs;
mod gate;
pub mod net;
pub mod process;
pub mod readiness;
pub mod sandbox;
mod scoreboard;
pub mod spawn;
mod start;
pub mod temporary;
pub mod time;
#[cfg(feature = "trace")]
pub mod trace;
mod watch;

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
pub use scoreboard::{Done, Scoreboard};
pub use start::{Environment, Itself, Start};
pub use watch::{Events, LISTENERS, Watch, prepare_for_one};
