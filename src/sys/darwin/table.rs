//! Every system call that the program can make on Darwin, with its number in
//! bsd/kern/syscalls.master.
//!
//! A number that the kernel does not know kills the process (SIGSYS): nothing
//! here may be tried to see whether it exists.

/// By man-page name.
#[allow(non_camel_case_types)]
#[derive(Clone, Copy)]
#[repr(usize)]
pub enum Call {
    accept = 30,
    bind = 104,
    chroot = 61,
    close = 6,
    connect = 98,
    dup2 = 90,
    execve = 59,
    exit = 1,
    faccessat = 466,
    fchdir = 13,
    fchmod = 124,
    fcntl = 92,
    flock = 131,
    fork = 2,
    /// fstat64: 189 is the old layout.
    fstat = 339,
    /// fstatat64: 469 is the old layout.
    fstatat = 470,
    fsync = 95,
    getdirentries64 = 344,
    getpeername = 31,
    getpid = 20,
    getrusage = 117,
    getsockname = 32,
    getsockopt = 118,
    gettimeofday = 116,
    kevent = 363,
    kill = 37,
    kqueue = 362,
    listen = 106,
    lseek = 199,
    mmap = 197,
    openat = 463,
    pipe = 42,
    poll = 230,
    read = 3,
    recvfrom = 29,
    renameatx_np = 488,
    sendfile = 337,
    sendto = 133,
    setgid = 181,
    setgroups = 80,
    setpgid = 82,
    setrlimit = 195,
    setsockopt = 105,
    setuid = 23,
    shutdown = 134,
    sigaction = 46,
    sigprocmask = 48,
    socket = 97,
    unlinkat = 472,
    wait4 = 7,
    write = 4,
}
