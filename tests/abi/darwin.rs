//! Darwin: our own numbers against the libc crate. It has no call numbers;
//! those come from bsd/kern/syscalls.master alone.

#[path = "../../src/sys/darwin/constant.rs"]
mod constant;
#[path = "../../src/sys/darwin/layout.rs"]
mod layout;

// Not in the libc crate: O_RESOLVE_BENEATH (bsd/sys/fcntl.h, macOS 15.4).
// MSG_MORE is Linux's, and 0 here.
same! { self::constant:
    EPERM ENOENT EINTR EIO ENXIO E2BIG EBADF EAGAIN ENOMEM EACCES EBUSY EEXIST EXDEV ENOTDIR EISDIR EINVAL EPIPE EDQUOT EFBIG ENOTSUP ENFILE EMFILE
    ENOSPC EROFS ENAMETOOLONG ENOSYS ELOOP EPROTO ENOTSOCK EOPNOTSUPP EAFNOSUPPORT EADDRINUSE
    EADDRNOTAVAIL ENOBUFS EILSEQ ECONNREFUSED
    O_RDONLY O_WRONLY O_NONBLOCK O_APPEND O_CREAT O_EXCL O_NOFOLLOW O_NOCTTY O_DIRECTORY O_CLOEXEC O_NOFOLLOW_ANY
    AT_FDCWD AT_SYMLINK_NOFOLLOW DT_UNKNOWN DT_DIR DT_REG F_SETFD F_SETFL F_GETPATH F_FULLFSYNC LOCK_EX LOCK_NB LOCK_UN RENAME_EXCL FD_CLOEXEC S_IFMT S_IFDIR S_IFREG S_IFSOCK X_OK R_OK SEEK_SET
    AF_INET AF_INET6 AF_UNIX SOCK_STREAM SOL_SOCKET SO_REUSEADDR SO_LINGER SO_NWRITE SO_SNDTIMEO SO_RCVTIMEO
    IPPROTO_IPV6 IPV6_V6ONLY IPPROTO_TCP TCP_NODELAY MSG_DONTWAIT MSG_PEEK MSG_NOSIGNAL SHUT_RD SHUT_WR
    F_DUPFD_CLOEXEC S_IFIFO S_IFCHR SO_REUSEPORT SIGUSR1 SIGUSR2 RUSAGE_SELF RUSAGE_CHILDREN SIGINT SIGKILL SIGPIPE SIGTERM SIGCHLD SIGXFSZ SIGHUP SIGQUIT SIG_BLOCK SIG_SETMASK POLLIN POLLOUT RLIMIT_CPU RLIMIT_AS RLIMIT_NPROC WNOHANG
    PROT_READ PROT_WRITE MAP_SHARED MAP_ANON EVFILT_READ EVFILT_SIGNAL EV_ADD EV_ONESHOT
}

same_field! { layout::Stat, libc::stat:
    st_dev st_mode st_nlink st_ino st_uid st_gid st_rdev st_atime st_atime_nsec st_mtime st_mtime_nsec
    st_ctime st_ctime_nsec st_birthtime st_birthtime_nsec st_size st_blocks st_blksize st_flags st_gen
}
same_field! { layout::Dirent, libc::dirent: d_ino d_seekoff d_reclen d_namlen d_type d_name }
same_field! { layout::Kevent, libc::kevent: ident filter flags fflags data udata }
same_field! { layout::Timespec, libc::timespec: tv_sec tv_nsec }
same_field! { layout::Timeval, libc::timeval: tv_sec tv_usec }

// What calls::getrusage takes for granted.
const _: () =
    assert!(size_of::<libc::rusage>() == 144 && core::mem::offset_of!(libc::rusage, ru_maxrss) == 32);

// What net::Sockaddr takes for granted.
const _: () = {
    use core::mem::offset_of;
    assert!(size_of::<libc::sockaddr_in>() == 16 && size_of::<libc::sockaddr_in6>() == 28);
    assert!(offset_of!(libc::sockaddr_in, sin_len) == 0 && offset_of!(libc::sockaddr_in, sin_family) == 1);
    assert!(offset_of!(libc::sockaddr_in, sin_port) == 2 && offset_of!(libc::sockaddr_in, sin_addr) == 4);
    assert!(
        size_of::<libc::sockaddr_un>() == 2 + layout::UNIX_PATH
            && offset_of!(libc::sockaddr_un, sun_path) == 2
    );
    assert!(offset_of!(libc::sockaddr_un, sun_len) == 0 && offset_of!(libc::sockaddr_un, sun_family) == 1);
    assert!(offset_of!(libc::sockaddr_in6, sin6_port) == 2 && offset_of!(libc::sockaddr_in6, sin6_addr) == 8);
};
