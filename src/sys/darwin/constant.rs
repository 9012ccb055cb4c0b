//! Numbers of Darwin's headers, under their names. `make abi-check` compares
//! them with the `libc` crate.

// sys/errno.h
pub const EPERM: u32 = 1;
pub const ENOENT: u32 = 2;
pub const EINTR: u32 = 4;
pub const EIO: u32 = 5;
pub const ENXIO: u32 = 6;
pub const E2BIG: u32 = 7;
pub const EBADF: u32 = 9;
pub const ENOMEM: u32 = 12;
pub const EACCES: u32 = 13;
pub const EBUSY: u32 = 16;
pub const EEXIST: u32 = 17;
pub const EXDEV: u32 = 18;
pub const ENOTDIR: u32 = 20;
pub const EISDIR: u32 = 21;
pub const EINVAL: u32 = 22;
pub const ENFILE: u32 = 23;
pub const EMFILE: u32 = 24;
pub const EFBIG: u32 = 27;
pub const ENOSPC: u32 = 28;
pub const EROFS: u32 = 30;
pub const EAGAIN: u32 = 35;
pub const ENOTSOCK: u32 = 38;
/// What some calls say where others say EOPNOTSUPP.
pub const ENOTSUP: u32 = 45;
pub const EAFNOSUPPORT: u32 = 47;
pub const EADDRINUSE: u32 = 48;
pub const EADDRNOTAVAIL: u32 = 49;
pub const ENOBUFS: u32 = 55;
pub const ECONNREFUSED: u32 = 61;
pub const ELOOP: u32 = 62;
pub const ENAMETOOLONG: u32 = 63;
pub const EPIPE: u32 = 32;
pub const EDQUOT: u32 = 69;
pub const ENOSYS: u32 = 78;
pub const EILSEQ: u32 = 92;
pub const EPROTO: u32 = 100;
pub const EOPNOTSUPP: u32 = 102;

// sys/fcntl.h
pub const O_RDONLY: u32 = 0;
/// A folder to open files in: any open descriptor of it will do.
pub const O_SEARCH: u32 = O_RDONLY;
pub const O_WRONLY: u32 = 1;
pub const O_NONBLOCK: u32 = 4;
pub const O_APPEND: u32 = 8;
pub const O_CREAT: u32 = 0x200;
pub const O_EXCL: u32 = 0x800;
/// The last component must be no link.
pub const O_NOFOLLOW: u32 = 0x100;
/// Since macOS 15.4; older kernels ignore it.
pub const O_RESOLVE_BENEATH: u32 = 0x1000;
pub const O_NOCTTY: u32 = 0x20000;
pub const O_DIRECTORY: u32 = 0x100000;
pub const O_CLOEXEC: u32 = 0x1000000;
/// Since macOS 11; must not stand with O_NOFOLLOW.
pub const O_NOFOLLOW_ANY: u32 = 0x20000000;
pub const AT_FDCWD: i32 = -2;
pub const AT_SYMLINK_NOFOLLOW: u32 = 0x20;
pub const F_DUPFD_CLOEXEC: u32 = 67;
pub const F_SETFD: u32 = 2;
pub const F_SETFL: u32 = 4;
pub const F_GETPATH: u32 = 50;
/// What F_GETPATH fills at the most (sys/syslimits.h: PATH_MAX).
pub const MAXPATHLEN: usize = 1024;
/// fsync(2) stops at the drive's cache; this goes through it.
pub const F_FULLFSYNC: u32 = 51;
pub const FD_CLOEXEC: u32 = 1;
pub const LOCK_EX: u32 = 2;
pub const LOCK_NB: u32 = 4;
pub const LOCK_UN: u32 = 8;
// sys/stdio.h
pub const RENAME_EXCL: u32 = 4;

// sys/stat.h
pub const S_IFMT: u32 = 0o170000;
pub const S_IFIFO: u32 = 0o010000;
pub const S_IFCHR: u32 = 0o020000;
pub const S_IFDIR: u32 = 0o040000;
pub const S_IFREG: u32 = 0o100000;
pub const S_IFSOCK: u32 = 0o140000;

// sys/dirent.h
pub const DT_UNKNOWN: u32 = 0;
pub const DT_DIR: u32 = 4;
pub const DT_REG: u32 = 8;

// sys/unistd.h
pub const X_OK: u32 = 1;
pub const R_OK: u32 = 4;
pub const SEEK_SET: u32 = 0;

// sys/socket.h, netinet/in.h, netinet6/in6.h, netinet/tcp.h
pub const AF_UNIX: u32 = 1;
pub const AF_INET: u32 = 2;
pub const AF_INET6: u32 = 30;
pub const SOCK_STREAM: u32 = 1;
pub const SOL_SOCKET: u32 = 0xffff;
pub const SO_REUSEADDR: u32 = 4;
pub const SO_REUSEPORT: u32 = 0x200;
pub const SO_LINGER: u32 = 0x80;
pub const SO_NWRITE: u32 = 0x1024;
pub const SO_SNDTIMEO: u32 = 0x1005;
pub const SO_RCVTIMEO: u32 = 0x1006;
pub const IPPROTO_TCP: u32 = 6;
pub const IPPROTO_IPV6: u32 = 41;
pub const IPV6_V6ONLY: u32 = 27;
pub const TCP_NODELAY: u32 = 1;
pub const MSG_PEEK: u32 = 2;
pub const MSG_DONTWAIT: u32 = 0x80;
pub const MSG_NOSIGNAL: u32 = 0x80000;
/// There is none: what is sent goes out.
pub const MSG_MORE: u32 = 0;
pub const SHUT_RD: u32 = 0;
pub const SHUT_WR: u32 = 1;

// sys/signal.h, sys/wait.h
pub const SIGHUP: u32 = 1;
pub const SIGINT: u32 = 2;
pub const SIGQUIT: u32 = 3;
pub const SIGKILL: u32 = 9;
pub const SIGPIPE: u32 = 13;
pub const SIGTERM: u32 = 15;
pub const SIGCHLD: u32 = 20;
pub const SIGXFSZ: u32 = 25;
pub const SIGUSR1: u32 = 30;
pub const SIGUSR2: u32 = 31;
pub const SIG_BLOCK: u32 = 1;
pub const SIG_SETMASK: u32 = 3;
pub const WNOHANG: u32 = 1;

// sys/resource.h
pub const RUSAGE_SELF: u32 = 0;
pub const RUSAGE_CHILDREN: i32 = -1;

// sys/mman.h
pub const PROT_READ: u32 = 1;
pub const PROT_WRITE: u32 = 2;
pub const MAP_SHARED: u32 = 1;
pub const MAP_ANON: u32 = 0x1000;

// sys/event.h
pub const EVFILT_READ: i16 = -1;
pub const EVFILT_SIGNAL: i16 = -6;
pub const EV_ADD: u16 = 1;
pub const EV_ONESHOT: u16 = 0x10;

// sys/poll.h
pub const POLLIN: u32 = 1;
pub const POLLOUT: u32 = 4;

// sys/resource.h
pub const RLIMIT_CPU: u32 = 0;
pub const RLIMIT_AS: u32 = 5;
pub const RLIMIT_NPROC: u32 = 7;
