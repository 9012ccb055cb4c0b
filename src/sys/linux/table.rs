//! Every system call that the program can make on Linux, and when.

use syscalls::Sysno;

/// At the start only, before the sandbox.
const START: u8 = 0;
/// In every server.
pub const SERVE: u8 = 1;
/// Where openat2(2) is missing.
pub const WALK: u8 = 2;
/// With --write.
pub const WRITE: u8 = 4;
/// To run programs.
pub const PROGRAMS: u8 = 8;
/// To make the log's file anew.
pub const LOG: u8 = 32;
/// With --spare.
pub const SPARE: u8 = 64;
/// To remove the file of a Unix socket at the end.
pub const SOCKETS: u8 = 16;

/// newfstatat(2) in the kernel of both processors.
#[cfg(target_arch = "aarch64")]
const FSTATAT: Sysno = Sysno::fstatat;
#[cfg(target_arch = "x86_64")]
const FSTATAT: Sysno = Sysno::newfstatat;

macro_rules! table {
    ($($name:ident = $when:expr;)*) => {
        /// By man-page name; the value is the number.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        #[repr(usize)]
        pub enum Call {
            /// exit_group(2): the whole process ends.
            exit = Sysno::exit_group as usize,
            fstatat = FSTATAT as usize,
            $($name = Sysno::$name as usize,)*
        }

        /// The number of each call, and when it is made: what the sandbox lets through.
        pub static CALLS: &[(u16, u8)] = &[
            (Call::exit as u16, SERVE),
            (Call::fstatat as u16, SERVE),
            $((Call::$name as u16, $when),)*
        ];
    };
}

table! {
    accept4 = SERVE;
    bind = START;
    chroot = START;
    clock_gettime = SERVE;
    clone = SERVE;
    close = SERVE;
    close_range = PROGRAMS;
    connect = START;
    dup3 = PROGRAMS | LOG;
    epoll_create1 = SPARE;
    epoll_ctl = SPARE;
    epoll_pwait = SPARE;
    execve = PROGRAMS;
    faccessat = SERVE;
    fchdir = PROGRAMS;
    fchmod = WRITE;
    fcntl = PROGRAMS | LOG;
    flock = WRITE;
    fstat = SERVE;
    fsync = WRITE;
    getdents64 = SERVE;
    getpeername = START;
    getpid = START;
    getrusage = SERVE;
    getsockname = PROGRAMS;
    ioctl = SERVE;
    kill = SERVE;
    landlock_add_rule = START;
    landlock_create_ruleset = START;
    landlock_restrict_self = START;
    linkat = WRITE;
    listen = START;
    lseek = SERVE;
    mmap = START;
    munmap = START;
    openat = WALK | WRITE | PROGRAMS | LOG;
    openat2 = SERVE;
    pipe2 = PROGRAMS | SPARE;
    ppoll = SERVE;
    prctl = PROGRAMS;
    prlimit64 = PROGRAMS;
    read = SERVE;
    readlinkat = WALK | PROGRAMS;
    recvfrom = SERVE;
    renameat2 = WRITE;
    rt_sigaction = PROGRAMS;
    rt_sigprocmask = PROGRAMS;
    sendfile = SERVE;
    sendto = SERVE;
    setgid = START;
    setgroups = START;
    setpgid = PROGRAMS;
    setsockopt = SERVE;
    setuid = START;
    shutdown = SERVE;
    signalfd4 = PROGRAMS;
    socket = START;
    unlinkat = WRITE | SOCKETS;
    utimensat = WRITE;
    wait4 = SERVE;
    write = SERVE;
}
