//! Every system call that the program can make on Linux.

use syscalls::Sysno;

macro_rules! table {
    ($($name:ident)*) => {
        /// By man-page name; the value is the number.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        #[repr(usize)]
        pub enum Call {
            /// exit_group(2): the whole process ends.
            exit = Sysno::exit_group as usize,
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
    fstat
    getsockname
    kill
    listen
    mmap
    openat
    openat2
    ppoll
    read
    readlinkat
    recvfrom
    rt_sigaction
    rt_sigprocmask
    sendfile
    sendto
    setsockopt
    shutdown
    signalfd4
    socket
    wait4
    write
}
