//! Numbers of Linux's headers, under their names.

pub use linux_raw_sys::errno::*;
pub use linux_raw_sys::general::{
    AT_FDCWD, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW, CLOCK_MONOTONIC, CLOCK_REALTIME, DT_DIR, DT_REG,
    DT_UNKNOWN, F_SETFL, LOCK_EX, LOCK_NB, LOCK_UN, MAP_ANONYMOUS as MAP_ANON, MAP_SHARED, O_APPEND,
    O_CLOEXEC, O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_PATH, O_RDONLY, O_TMPFILE,
    O_WRONLY, POLLIN, POLLOUT, PROT_READ, PROT_WRITE, R_OK, RENAME_NOREPLACE, RESOLVE_BENEATH,
    RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RLIMIT_AS, RLIMIT_CPU, RLIMIT_NPROC, S_IFDIR, S_IFMT,
    S_IFREG, S_IFSOCK, SEEK_SET, SIG_BLOCK, SIG_SETMASK, SIGCHLD, SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGQUIT,
    SIGTERM, SIGXFSZ, UTIME_OMIT, WNOHANG, X_OK,
};
pub use linux_raw_sys::net::{
    AF_INET, AF_INET6, AF_UNIX, IPV6_V6ONLY, MSG_DONTWAIT, MSG_MORE, MSG_NOSIGNAL, MSG_PEEK, SHUT_WR,
    SO_LINGER, SO_RCVTIMEO_OLD as SO_RCVTIMEO, SO_REUSEADDR, SO_SNDTIMEO_OLD as SO_SNDTIMEO, SOCK_STREAM,
    SOL_SOCKET, TCP_NODELAY,
};

pub const IPPROTO_TCP: u32 = linux_raw_sys::net::IPPROTO_TCP as u32;
pub const IPPROTO_IPV6: u32 = linux_raw_sys::net::IPPROTO_IPV6 as u32;

// include/uapi/linux/sockios.h: the same number as for terminals.
pub const SIOCOUTQ: u32 = linux_raw_sys::ioctl::TIOCOUTQ;

// include/linux/net.h and include/uapi/linux/signalfd.h define these as the
// open flags of the same meaning.
pub const SOCK_CLOEXEC: u32 = O_CLOEXEC;
pub const SOCK_NONBLOCK: u32 = O_NONBLOCK;
/// What POSIX has for a folder to open files in.
pub const O_SEARCH: u32 = O_PATH;
pub const SFD_CLOEXEC: u32 = O_CLOEXEC;
pub const SFD_NONBLOCK: u32 = O_NONBLOCK;
