// Included where `number!` is defined: the name in the table, in libc, in sc.
number! {
    accept4 SYS_accept4 ACCEPT4;
    bind SYS_bind BIND;
    clock_gettime SYS_clock_gettime CLOCK_GETTIME;
    clone SYS_clone CLONE;
    close SYS_close CLOSE;
    connect SYS_connect CONNECT;
    exit SYS_exit_group EXIT_GROUP;
    faccessat SYS_faccessat FACCESSAT;
    fstat SYS_fstat FSTAT;
    fstatat SYS_newfstatat NEWFSTATAT;
    getdents64 SYS_getdents64 GETDENTS64;
    getsockname SYS_getsockname GETSOCKNAME;
    ioctl SYS_ioctl IOCTL;
    kill SYS_kill KILL;
    listen SYS_listen LISTEN;
    lseek SYS_lseek LSEEK;
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
    unlinkat SYS_unlinkat UNLINKAT;
    wait4 SYS_wait4 WAIT4;
    write SYS_write WRITE;
}
