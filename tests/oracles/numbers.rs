//! The `syscalls` crate's numbers, which the program uses, on the processor
//! that runs this: against `libc` and `sc`. `make abi-check` compares them for
//! every target, with all constants and layouts.

#[cfg(target_os = "linux")]
#[test]
fn three_tables_of_call_numbers_agree() {
    use syscalls::Sysno;
    macro_rules! same {
        ($($name:ident $libc:ident $sc:ident;)*) => {
            $(
                assert_eq!(i64::from(Sysno::$name.id()), libc::$libc, stringify!($name));
                assert_eq!(Sysno::$name.id() as usize, sc::nr::$sc, stringify!($name));
            )*
        };
    }
    same! {
        accept4 SYS_accept4 ACCEPT4;
        bind SYS_bind BIND;
        clock_gettime SYS_clock_gettime CLOCK_GETTIME;
        clone SYS_clone CLONE;
        close SYS_close CLOSE;
        exit_group SYS_exit_group EXIT_GROUP;
        fstat SYS_fstat FSTAT;
        getsockname SYS_getsockname GETSOCKNAME;
        kill SYS_kill KILL;
        listen SYS_listen LISTEN;
        mmap SYS_mmap MMAP;
        openat SYS_openat OPENAT;
        ppoll SYS_ppoll PPOLL;
        read SYS_read READ;
        readlinkat SYS_readlinkat READLINKAT;
        recvfrom SYS_recvfrom RECVFROM;
        rt_sigaction SYS_rt_sigaction RT_SIGACTION;
        rt_sigprocmask SYS_rt_sigprocmask RT_SIGPROCMASK;
        sendfile SYS_sendfile SENDFILE;
        sendto SYS_sendto SENDTO;
        setsockopt SYS_setsockopt SETSOCKOPT;
        shutdown SYS_shutdown SHUTDOWN;
        signalfd4 SYS_signalfd4 SIGNALFD4;
        socket SYS_socket SOCKET;
        wait4 SYS_wait4 WAIT4;
        write SYS_write WRITE;
    }
    assert_eq!(i64::from(Sysno::openat2.id()), libc::SYS_openat2);
}

#[cfg(not(target_os = "linux"))]
#[test]
fn three_tables_of_call_numbers_agree() {
    println!("skipped: the crates have no call numbers of this system; see `make abi-check`");
}
