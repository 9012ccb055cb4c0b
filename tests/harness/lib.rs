//! What the tests share: a server to talk to, a tree for it to serve, and a
//! client that is stricter than any browser.
//!
//! The tests know nothing of how the program works. They start it, talk to it
//! over sockets, and look at it from outside, so the same suite runs on every
//! target. These variables say how:
//!
//! - `SVCD`: the program. If there is a file of that name, that file; else
//!   words separated by spaces, the first the executable, so that an emulator
//!   can stand in front. A word in single quotes may hold spaces.
//!   Default: `svcd-OS-ARCH` of this host in the folder below.
//! - `SVCD_DIST`: where the built programs are; default `dist` of the workspace.
//! - `SVCD_SCALE`: factor for every count of requests, e.g. `0.05`. Default 1,
//!   or 0.2 behind an emulator.
//! - `SVCD_DEADLINE`: seconds until a wait has failed; default 30.
//! - `SVCD_PROC=no`: the processes of the server are not to be seen in this
//!   host's /proc; tests that look there are skipped.
//! - `SVCD_PATH_MAX`: longest path of the system that the program runs on, where
//!   that is not this host: 1024 for Darwin.
//! - `SVCD_USER_BY`: the variable that tells an emulator to run as another user,
//!   where another user could not start it.
//! - `SVCD_TREE`: a folder for the crawl, instead of installed documentation.

#![forbid(unsafe_code)]

pub mod asking;
pub mod chunked;
pub mod clock;
pub mod connection;
pub mod document;
pub mod html;
pub mod http_client;
pub mod log_line;
pub mod mounts;
pub mod output;
pub mod pace;
pub mod parts;
pub mod process;
pub mod program;
pub mod qemu;
pub mod remains;
pub mod response;
pub mod scripts;
pub mod server;
pub mod snapshot;
pub mod strace;
pub mod table;
pub mod transcript;
pub mod tree;
pub mod unix;
pub mod valgrind;
pub mod versions;
pub mod writing;

pub use connection::Connection;
pub use pace::{deadline, is_tried, note, path_max, scale, skip, until};
pub use program::Program;
pub use response::Response;
pub use server::Server;
pub use snapshot::Snapshot;
pub use table::{each, some, statuses};
pub use tree::Tree;
