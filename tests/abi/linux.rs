//! Linux: three crates that were generated separately must agree.

#[path = "../../src/sys/linux/constant.rs"]
mod constant;
#[path = "../../src/sys/linux/table.rs"]
mod table;

same! { self::constant:
    EPERM ENOENT EINTR EIO ENXIO E2BIG EBADF EAGAIN ENOMEM EACCES EBUSY EEXIST EXDEV ENOTDIR EISDIR EINVAL ENFILE EMFILE
    EPIPE EDQUOT EFBIG ENOSPC EROFS ENAMETOOLONG ENOSYS ELOOP EPROTO ENOTSOCK EOPNOTSUPP EAFNOSUPPORT EADDRINUSE
    EADDRNOTAVAIL ENOBUFS EILSEQ ECONNREFUSED
    EPOLL_CLOEXEC EPOLL_CTL_ADD EPOLLIN AT_EXECFN F_DUPFD_CLOEXEC F_SETFD FD_CLOEXEC RUSAGE_CHILDREN RUSAGE_SELF S_IFCHR S_IFIFO SIGUSR1 SIGUSR2 SO_REUSEPORT CLONE_VFORK CLONE_VM PR_SET_CHILD_SUBREAPER AT_FDCWD AT_SYMLINK_FOLLOW AT_SYMLINK_NOFOLLOW LOCK_EX LOCK_NB LOCK_UN O_EXCL O_TMPFILE RENAME_NOREPLACE SIGXFSZ SIGHUP SIGQUIT SIG_SETMASK POLLOUT F_SETFL RLIMIT_CPU RLIMIT_AS RLIMIT_NPROC UTIME_OMIT O_RDWR O_TRUNC AT_SYSINFO_EHDR PR_SET_NO_NEW_PRIVS PR_SET_SECCOMP SECCOMP_MODE_FILTER
    SECCOMP_RET_ALLOW SECCOMP_RET_KILL_PROCESS BPF_ABS BPF_ALU BPF_AND BPF_JEQ BPF_JGE BPF_JMP BPF_K BPF_LD BPF_RET BPF_W DT_DIR DT_REG DT_UNKNOWN CLOCK_MONOTONIC CLOCK_REALTIME MAP_ANON MAP_SHARED PROT_READ PROT_WRITE
    O_APPEND O_CLOEXEC O_CREAT O_DIRECTORY O_NOCTTY O_NOFOLLOW O_NONBLOCK O_PATH O_RDONLY O_WRONLY
    POLLIN R_OK RESOLVE_BENEATH RESOLVE_NO_MAGICLINKS RESOLVE_NO_SYMLINKS S_IFDIR S_IFMT S_IFREG S_IFSOCK SEEK_SET
    SIG_BLOCK SIGCHLD SIGINT SIGKILL SIGPIPE SIGTERM SFD_CLOEXEC SFD_NONBLOCK WNOHANG X_OK
    AF_INET AF_INET6 AF_UNIX IPPROTO_IPV6 IPV6_V6ONLY MSG_DONTWAIT MSG_PEEK MSG_MORE MSG_NOSIGNAL SHUT_RD SHUT_WR
    IPPROTO_TCP TCP_NODELAY SO_LINGER SO_RCVTIMEO SO_SNDTIMEO SO_REUSEADDR SOCK_CLOEXEC SOCK_NONBLOCK SOCK_STREAM SOL_SOCKET
}

same_field! { linux_raw_sys::general::stat, libc::stat: st_dev st_ino st_mode st_size st_mtime }
// linux_dirent64 has an array without a length where libc's has one.
const _: () = {
    use core::mem::offset_of;
    use linux_raw_sys::general::linux_dirent64;
    assert!(offset_of!(linux_dirent64, d_ino) == offset_of!(libc::dirent64, d_ino));
    assert!(offset_of!(linux_dirent64, d_reclen) == offset_of!(libc::dirent64, d_reclen));
    assert!(offset_of!(linux_dirent64, d_type) + 1 == offset_of!(linux_dirent64, d_name));
    assert!(offset_of!(linux_dirent64, d_name) == offset_of!(libc::dirent64, d_name));
};
// libc has another name for a field of epoll_event; it is packed on x86_64 only.
const _: () = {
    use core::mem::offset_of;
    use linux_raw_sys::general::epoll_event;
    assert!(size_of::<epoll_event>() == size_of::<libc::epoll_event>());
    assert!(offset_of!(epoll_event, events) == offset_of!(libc::epoll_event, events));
    assert!(offset_of!(epoll_event, data) == offset_of!(libc::epoll_event, u64));
};
// What calls::getrusage_maxrss takes for granted; musl has room behind it.
const _: () = assert!(size_of::<linux_raw_sys::general::rusage>() == 144);
const _: () = assert!(core::mem::offset_of!(libc::rusage, ru_maxrss) == 32);
same_field! { linux_raw_sys::general::pollfd, libc::pollfd: fd events revents }
same_field! { linux_raw_sys::general::open_how, libc::open_how: flags mode resolve }
same_field! { linux_raw_sys::net::sockaddr_in, libc::sockaddr_in: sin_family sin_port sin_addr }
same_field! { linux_raw_sys::net::sockaddr_un, libc::sockaddr_un: sun_family sun_path }
same_field! { linux_raw_sys::net::sockaddr_in6, libc::sockaddr_in6: sin6_family sin6_port sin6_addr }
const _: () = assert!(size_of::<libc::signalfd_siginfo>() == 128);
const _: () = assert!(core::mem::offset_of!(libc::signalfd_siginfo, ssi_signo) == 0);

/// Numbers: the table's, which are those of the `syscalls` crate, against libc
/// and `sc`.
macro_rules! number {
    ($($call:ident $libc:ident $sc:ident;)*) => {
        $(const _: () = {
            assert!(table::Call::$call as i64 == libc::$libc as i64, stringify!($call));
            assert!(table::Call::$call as usize == sc::nr::$sc, stringify!($call));
        };)*

        /// Without a wildcard: a call that is new in the table is an error here
        /// until it is compared, too.
        fn every_call_is_compared(call: table::Call) {
            match call {
                $(table::Call::$call => {})*
                table::Call::close_range | table::Call::openat2 => {}
                table::Call::landlock_add_rule
                | table::Call::landlock_create_ruleset
                | table::Call::landlock_restrict_self => {}
            }
        }
    };
}

// `sc` is older than these.
const _: () = assert!(table::Call::openat2 as i64 == libc::SYS_openat2 as i64);
const _: () = assert!(table::Call::close_range as i64 == libc::SYS_close_range as i64);
const _: () = assert!(table::Call::landlock_add_rule as i64 == libc::SYS_landlock_add_rule as i64);
const _: () =
    assert!(table::Call::landlock_create_ruleset as i64 == libc::SYS_landlock_create_ruleset as i64);
const _: () = assert!(table::Call::landlock_restrict_self as i64 == libc::SYS_landlock_restrict_self as i64);

include!("numbers.rs");

same_field! { linux_raw_sys::ptrace::sock_filter, libc::sock_filter: code jt jf k }
// What sys/linux/seccomp.rs and prctl_seccomp take for granted.
const _: () = {
    use core::mem::offset_of;
    use linux_raw_sys::ptrace::{AUDIT_ARCH_AARCH64, AUDIT_ARCH_X86_64};
    assert!(offset_of!(libc::sock_filter, jt) == 2 && offset_of!(libc::sock_filter, jf) == 3);
    assert!(offset_of!(libc::sock_filter, k) == 4 && size_of::<libc::sock_filter>() == 8);
    assert!(offset_of!(libc::sock_fprog, len) == 0 && offset_of!(libc::sock_fprog, filter) == 8);
    assert!(offset_of!(libc::seccomp_data, nr) == 0 && offset_of!(libc::seccomp_data, arch) == 4);
    assert!(offset_of!(libc::seccomp_data, instruction_pointer) == 8);
    assert!(offset_of!(libc::seccomp_data, args) == 16);
    // include/uapi/linux/audit.h: the ELF machine, 64 bits, little-endian.
    assert!(AUDIT_ARCH_AARCH64 == 0xc000_0000 | libc::EM_AARCH64 as u32);
    assert!(AUDIT_ARCH_X86_64 == 0xc000_0000 | libc::EM_X86_64 as u32);
};
