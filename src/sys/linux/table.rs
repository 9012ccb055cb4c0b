//! Every system call that the program can make on Linux.

use syscalls::Sysno;

/// newfstatat(2) in the kernel of both processors.
#[cfg(target_arch = "aarch64")]
const FSTATAT: Sysno = Sysno::fstatat;
#[cfg(target_arch = "x86_64")]
const FSTATAT: Sysno = Sysno::newfstatat;

macro_rules! table {
    ($($name:ident)*) => {
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
    };
}

table! {
    accept4
    bind
    clock_gettime
    clone
    close
    close_range
    connect
    dup3
    execve
    faccessat
    fchdir
    fchmod
    fcntl
    flock
    fstat
    fsync
    getdents64
    getsockname
    ioctl
    kill
    linkat
    listen
    lseek
    mmap
    openat
    openat2
    pipe2
    ppoll
    prlimit64
    read
    readlinkat
    recvfrom
    renameat2
    rt_sigaction
    rt_sigprocmask
    sendfile
    sendto
    setpgid
    setsockopt
    shutdown
    signalfd4
    socket
    unlinkat
    utimensat
    wait4
    write
}
