//! What the headers of Darwin call the numbers that the program passes.

use svcd::trace::Names;

use crate::sys::os::constant;

/// Of the numbers in `constant`, the names and themselves.
macro_rules! names {
    ($($name:ident),* $(,)?) => { &[$((constant::$name, stringify!($name))),*] };
}

/// By number.
pub const SIGNALS: &[&str] = &[
    "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT", "FPE", "KILL", "BUS", "SEGV", "SYS", "PIPE",
    "ALRM", "TERM", "URG", "STOP", "TSTP", "CONT", "CHLD", "TTIN", "TTOU", "IO", "XCPU", "XFSZ", "VTALRM",
    "PROF", "WINCH", "INFO", "USR1", "USR2",
];

pub const OPEN: Names = names![
    O_CREAT,
    O_EXCL,
    O_NOCTTY,
    O_APPEND,
    O_NONBLOCK,
    O_NOFOLLOW,
    O_NOFOLLOW_ANY,
    O_RESOLVE_BENEATH,
    O_CLOEXEC,
    O_DIRECTORY,
];
/// With this, open(2) takes a mode.
pub const MAKES_A_FILE: u32 = constant::O_CREAT;

pub const ACCESS: Names = names![R_OK, X_OK];
pub const AT: Names = names![AT_SYMLINK_NOFOLLOW];
pub const COMMANDS: Names = names![F_SETFD, F_SETFL, F_GETPATH, F_FULLFSYNC, F_DUPFD_CLOEXEC];
pub const DESCRIPTOR: Names = names![FD_CLOEXEC];
pub const EVENTS: Names = &[(constant::EV_ADD as u32, "EV_ADD"), (constant::EV_ONESHOT as u32, "EV_ONESHOT")];
pub const FAMILIES: Names = names![AF_UNIX, AF_INET, AF_INET6];
pub const HOW: Names = names![SIG_BLOCK, SIG_SETMASK];
pub const KINDS: Names = names![SOCK_STREAM];
pub const LEVELS: Names = names![SOL_SOCKET, IPPROTO_TCP, IPPROTO_IPV6];
pub const LOCKS: Names = names![LOCK_EX, LOCK_UN, LOCK_NB];
pub const MAP: Names = names![MAP_SHARED, MAP_ANON];
pub const MESSAGES: Names = names![MSG_PEEK, MSG_DONTWAIT, MSG_NOSIGNAL];
pub const OF_IPV6: Names = names![IPV6_V6ONLY];
pub const OF_SOCKET: Names =
    names![SO_REUSEADDR, SO_REUSEPORT, SO_LINGER, SO_RCVTIMEO, SO_SNDTIMEO, SO_NWRITE];
pub const OF_TCP: Names = names![TCP_NODELAY];
pub const PROTECTION: Names = names![PROT_READ, PROT_WRITE];
pub const RENAME: Names = names![RENAME_EXCL];
pub const RESOURCES: Names = names![RLIMIT_CPU, RLIMIT_AS, RLIMIT_NPROC];
pub const SHUTDOWN: Names = names![SHUT_RD, SHUT_WR];
pub const WAIT: Names = names![WNOHANG];
pub const WHENCE: Names = names![SEEK_SET];
pub const WHOSE: Names = &[(constant::RUSAGE_SELF, "RUSAGE_SELF"), (u32::MAX, "RUSAGE_CHILDREN")];
