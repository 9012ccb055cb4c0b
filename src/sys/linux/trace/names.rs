//! What the headers of Linux call the numbers that the program passes, in the order in
//! which strace(1) prints them.

use svcd::trace::Names;

use crate::sys::os::constant;

/// Of the numbers in `constant`, the names and themselves.
macro_rules! names {
    ($($name:ident),* $(,)?) => { &[$((constant::$name, stringify!($name))),*] };
}

/// By number; those that the program neither gets nor sets are missing.
pub const SIGNALS: &[&str] = &[
    "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
    "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

pub const OPEN: Names = names![
    O_CREAT,
    O_EXCL,
    O_NOCTTY,
    O_TRUNC,
    O_APPEND,
    O_NONBLOCK,
    O_NOFOLLOW,
    O_CLOEXEC,
    O_PATH,
    O_TMPFILE,
    O_DIRECTORY,
];
/// With these, open(2) takes a mode. The bits of O_TMPFILE are not all its own.
pub const MAKES_A_FILE: u32 = constant::O_CREAT | (constant::O_TMPFILE & !constant::O_DIRECTORY);

pub const RESOLVE: Names = names![RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH];
pub const ACCESS: Names = names![R_OK, X_OK];
pub const AT: Names = names![AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW];
pub const CLOCKS: Names = names![CLOCK_REALTIME, CLOCK_MONOTONIC];
pub const CLONE: Names = names![CLONE_VM, CLONE_VFORK];
pub const COMMANDS: Names = names![F_SETFD, F_SETFL, F_DUPFD_CLOEXEC];
pub const DESCRIPTOR: Names = names![FD_CLOEXEC];
pub const EPOLL: Names = names![EPOLL_CLOEXEC];
pub const EPOLL_COMMANDS: Names = names![EPOLL_CTL_ADD];
pub const EPOLL_EVENTS: Names = &[
    (1, "EPOLLIN"),
    (2, "EPOLLPRI"),
    (4, "EPOLLOUT"),
    (8, "EPOLLERR"),
    (16, "EPOLLHUP"),
    (0x2000, "EPOLLRDHUP"),
];
pub const FAMILIES: Names = names![AF_UNIX, AF_INET, AF_INET6];
pub const HOW: Names = names![SIG_BLOCK, SIG_SETMASK];
// include/uapi/asm-generic/ioctls.h: on sockets it is SIOCOUTQ.
pub const IOCTLS: Names = &[(constant::SIOCOUTQ, "TIOCOUTQ")];
pub const KINDS: Names = names![SOCK_STREAM];
pub const LEVELS: Names = &[
    (constant::SOL_SOCKET, "SOL_SOCKET"),
    (constant::IPPROTO_TCP, "SOL_TCP"),
    (constant::IPPROTO_IPV6, "SOL_IPV6"),
];
pub const LOCKS: Names = names![LOCK_EX, LOCK_UN, LOCK_NB];
pub const MAP: Names = &[(constant::MAP_SHARED, "MAP_SHARED"), (constant::MAP_ANON, "MAP_ANONYMOUS")];
pub const MESSAGES: Names = names![MSG_PEEK, MSG_DONTWAIT, MSG_NOSIGNAL, MSG_MORE];
pub const OF_IPV6: Names = names![IPV6_V6ONLY];
pub const OF_SOCKET: Names = &[
    (constant::SO_REUSEADDR, "SO_REUSEADDR"),
    (constant::SO_REUSEPORT, "SO_REUSEPORT"),
    (constant::SO_LINGER, "SO_LINGER"),
    (constant::SO_RCVTIMEO, "SO_RCVTIMEO_OLD"),
    (constant::SO_SNDTIMEO, "SO_SNDTIMEO_OLD"),
];
pub const OF_TCP: Names = names![TCP_NODELAY];
pub const PROCESS: Names = names![PR_SET_NO_NEW_PRIVS];
pub const PROTECTION: Names = names![PROT_READ, PROT_WRITE];
pub const RENAME: Names = names![RENAME_NOREPLACE];
pub const RESOURCES: Names = names![RLIMIT_CPU, RLIMIT_AS, RLIMIT_NPROC];
pub const RULESET: Names = names![LANDLOCK_CREATE_RULESET_VERSION];
pub const SECCOMP: Names = names![SECCOMP_MODE_FILTER];
pub const SHUTDOWN: Names = names![SHUT_RD, SHUT_WR];
pub const SIGNAL_CODES: Names = &[
    (1, "CLD_EXITED"),
    (2, "CLD_KILLED"),
    (3, "CLD_DUMPED"),
    (4, "CLD_TRAPPED"),
    (5, "CLD_STOPPED"),
    (6, "CLD_CONTINUED"),
];
pub const SIGNALFD: Names = names![SFD_CLOEXEC, SFD_NONBLOCK];
pub const SOCKET: Names = names![SOCK_CLOEXEC, SOCK_NONBLOCK];
pub const WAIT: Names = names![WNOHANG];
pub const WHENCE: Names = &[(constant::SEEK_SET, "SEEK_SET")];
pub const WHOSE: Names = &[(constant::RUSAGE_SELF, "RUSAGE_SELF"), (u32::MAX, "RUSAGE_CHILDREN")];

pub const FILE_RIGHTS: Names = &[
    (1, "LANDLOCK_ACCESS_FS_EXECUTE"),
    (2, "LANDLOCK_ACCESS_FS_WRITE_FILE"),
    (4, "LANDLOCK_ACCESS_FS_READ_FILE"),
    (8, "LANDLOCK_ACCESS_FS_READ_DIR"),
    (0x10, "LANDLOCK_ACCESS_FS_REMOVE_DIR"),
    (0x20, "LANDLOCK_ACCESS_FS_REMOVE_FILE"),
    (0x40, "LANDLOCK_ACCESS_FS_MAKE_CHAR"),
    (0x80, "LANDLOCK_ACCESS_FS_MAKE_DIR"),
    (0x100, "LANDLOCK_ACCESS_FS_MAKE_REG"),
    (0x200, "LANDLOCK_ACCESS_FS_MAKE_SOCK"),
    (0x400, "LANDLOCK_ACCESS_FS_MAKE_FIFO"),
    (0x800, "LANDLOCK_ACCESS_FS_MAKE_BLOCK"),
    (0x1000, "LANDLOCK_ACCESS_FS_MAKE_SYM"),
    (0x2000, "LANDLOCK_ACCESS_FS_REFER"),
    (0x4000, "LANDLOCK_ACCESS_FS_TRUNCATE"),
    (0x8000, "LANDLOCK_ACCESS_FS_IOCTL_DEV"),
];
pub const NET_RIGHTS: Names = names![LANDLOCK_ACCESS_NET_BIND_TCP, LANDLOCK_ACCESS_NET_CONNECT_TCP];
pub const SCOPES: Names = names![LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, LANDLOCK_SCOPE_SIGNAL];
