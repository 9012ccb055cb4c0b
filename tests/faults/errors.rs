//! Which errors a call can end with.

mod darwin;

use crate::matrix::Case;
use crate::tool;

/// Calls as strace(1) names them, and the errors that their man pages (Linux
/// man-pages 6) name. Behind a `+` are those that the page does not have and that
/// kernels return: of file systems, of a network, of a container's filter.
const ERRORS: &[(&str, &str)] = &[
    (
        "accept4",
        "EAGAIN EBADF ECONNABORTED EFAULT EINTR EINVAL EMFILE ENFILE ENOBUFS ENOMEM ENOTSOCK EOPNOTSUPP EPERM \
         EPROTO + ENETDOWN ENOPROTOOPT EHOSTDOWN ENONET EHOSTUNREACH ENETUNREACH ETIMEDOUT ENOSYS",
    ),
    (
        "bind",
        "EACCES EADDRINUSE EADDRNOTAVAIL EBADF EFAULT EINVAL ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR ENOTSOCK \
         EROFS + EPERM ENOSPC EIO",
    ),
    ("chroot", "EACCES EFAULT EIO ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EPERM"),
    ("clock_gettime", "EACCES EFAULT EINVAL ENODEV EOPNOTSUPP EPERM"),
    ("clone", "EACCES EAGAIN EBUSY EEXIST EINVAL ENOMEM ENOSPC EOPNOTSUPP EPERM EUSERS + ENOSYS"),
    ("close", "EBADF EDQUOT EINTR EIO ENOSPC"),
    ("close_range", "EINVAL EMFILE ENOMEM + ENOSYS EPERM"),
    (
        "connect",
        "EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECONNREFUSED EFAULT EINPROGRESS \
         EINTR EISCONN ENETUNREACH ENOTSOCK EPERM EPROTOTYPE ETIMEDOUT + ENOENT",
    ),
    ("dup3", "EBADF EBUSY EINTR EINVAL EMFILE"),
    ("epoll_create1", "EINVAL EMFILE ENFILE ENOMEM"),
    ("epoll_ctl", "EBADF EEXIST EINVAL ELOOP ENOENT ENOMEM ENOSPC EPERM"),
    ("epoll_pwait", "EBADF EFAULT EINTR EINVAL"),
    (
        "execve",
        "E2BIG EACCES EAGAIN EFAULT EINVAL EIO EISDIR ELIBBAD ELOOP EMFILE ENAMETOOLONG ENFILE ENOENT ENOEXEC \
         ENOMEM ENOTDIR EPERM ETXTBSY",
    ),
    (
        "faccessat",
        "EACCES EBADF EFAULT EINVAL EIO ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EPERM EROFS ETXTBSY",
    ),
    ("fchdir", "EACCES EBADF + EIO ENOTDIR ENOENT ENOMEM"),
    ("fchmod", "EACCES EBADF EIO ENOMEM EPERM EROFS + EOPNOTSUPP"),
    ("fcntl", "EACCES EAGAIN EBADF EBUSY EDEADLK EFAULT EINTR EINVAL EMFILE ENOLCK ENOTDIR EPERM"),
    ("flock", "EBADF EINTR EINVAL ENOLCK EAGAIN + EOPNOTSUPP ENOMEM EIO"),
    ("fstat", "EBADF EFAULT ENOMEM EOVERFLOW + EIO ESTALE"),
    ("fsync", "EBADF EDQUOT EINTR EINVAL EIO ENOSPC EROFS"),
    ("getdents64", "EBADF EFAULT EINVAL ENOENT ENOTDIR + EIO ENOMEM EACCES"),
    ("getpeername", "EBADF EFAULT EINVAL ENOBUFS ENOTCONN ENOTSOCK"),
    ("getrusage", "EFAULT EINVAL"),
    ("getsockname", "EBADF EFAULT EINVAL ENOBUFS ENOTSOCK"),
    ("ioctl", "EBADF EFAULT EINVAL ENOTTY"),
    ("kill", "EINVAL EPERM ESRCH"),
    ("landlock_add_rule", "EOPNOTSUPP EINVAL ENOMSG EBADF EBADFD EPERM EFAULT + ENOMEM ENOSYS"),
    ("landlock_create_ruleset", "EOPNOTSUPP EINVAL E2BIG EFAULT ENOMSG + ENOMEM EMFILE ENFILE ENOSYS"),
    ("landlock_restrict_self", "EOPNOTSUPP EINVAL EBADF EBADFD EPERM E2BIG + ENOMEM ENOSYS"),
    (
        "linkat",
        "EACCES EBADF EDQUOT EEXIST EFAULT EINVAL EIO ELOOP EMLINK ENAMETOOLONG ENOENT ENOMEM ENOSPC ENOTDIR \
         EPERM EROFS EXDEV + EOPNOTSUPP",
    ),
    ("listen", "EADDRINUSE EBADF ENOTSOCK EOPNOTSUPP + ENOMEM EACCES"),
    ("lseek", "EBADF EINVAL ENXIO EOVERFLOW ESPIPE + EIO"),
    ("mmap", "EACCES EAGAIN EBADF EEXIST EINVAL ENFILE ENODEV ENOMEM EOVERFLOW EPERM ETXTBSY"),
    ("munmap", "EINVAL + ENOMEM"),
    (
        "newfstatat",
        "EACCES EBADF EFAULT EINVAL ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EOVERFLOW + EIO ESTALE",
    ),
    (
        "openat",
        "EACCES EBADF EBUSY EDQUOT EEXIST EFAULT EFBIG EINTR EINVAL EISDIR ELOOP EMFILE ENAMETOOLONG ENFILE \
         ENODEV ENOENT ENOMEM ENOSPC ENOTDIR ENXIO EOPNOTSUPP EOVERFLOW EPERM EROFS ETXTBSY EAGAIN + EIO \
         ESTALE",
    ),
    (
        "openat2",
        "E2BIG EAGAIN EINVAL ELOOP EXDEV EACCES EBADF EBUSY EDQUOT EEXIST EFAULT EINTR EISDIR EMFILE \
         ENAMETOOLONG ENFILE ENODEV ENOENT ENOMEM ENOSPC ENOTDIR ENXIO EOPNOTSUPP EOVERFLOW EPERM EROFS \
         ETXTBSY + EIO ENOSYS ESTALE EILSEQ",
    ),
    ("pipe2", "EFAULT EINVAL EMFILE ENFILE + ENOMEM"),
    ("ppoll", "EFAULT EINTR EINVAL ENOMEM"),
    ("prctl", "EACCES EBADF EBUSY EFAULT EINVAL ENODEV ENXIO EOPNOTSUPP EPERM + ENOSYS"),
    ("prlimit64", "EFAULT EINVAL EPERM ESRCH"),
    ("read", "EAGAIN EBADF EFAULT EINTR EINVAL EIO EISDIR + ENOMEM ESTALE"),
    ("readlinkat", "EACCES EBADF EFAULT EINVAL EIO ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR"),
    (
        "recvfrom",
        "EAGAIN EBADF ECONNREFUSED EFAULT EINTR EINVAL ENOMEM ENOTCONN ENOTSOCK + ECONNRESET ETIMEDOUT EPIPE \
         ENETDOWN EHOSTUNREACH",
    ),
    (
        "renameat2",
        "EACCES EBADF EBUSY EDQUOT EEXIST EFAULT EINVAL EISDIR ELOOP EMLINK ENAMETOOLONG ENOENT ENOMEM ENOSPC \
         ENOTDIR ENOTEMPTY EPERM EROFS EXDEV + EIO ENOSYS",
    ),
    ("rt_sigaction", "EFAULT EINVAL"),
    ("rt_sigprocmask", "EFAULT EINVAL"),
    (
        "sendfile",
        "EAGAIN EBADF EFAULT EINVAL EIO ENOMEM EOVERFLOW ESPIPE + EINTR EPIPE ECONNRESET ENOSYS ETIMEDOUT",
    ),
    (
        "sendto",
        "EACCES EAGAIN EALREADY EBADF ECONNRESET EDESTADDRREQ EFAULT EINTR EINVAL EISCONN EMSGSIZE ENOBUFS \
         ENOMEM ENOTCONN ENOTSOCK EOPNOTSUPP EPIPE + ETIMEDOUT EHOSTUNREACH ENETDOWN",
    ),
    ("setgid", "EINVAL EPERM"),
    ("setgroups", "EFAULT EINVAL ENOMEM EPERM"),
    ("setpgid", "EACCES EINVAL EPERM ESRCH"),
    ("setsockopt", "EBADF EFAULT EINVAL ENOPROTOOPT ENOTSOCK + ENOMEM EDOM"),
    ("setuid", "EAGAIN EINVAL EPERM"),
    ("shutdown", "EBADF EINVAL ENOTCONN ENOTSOCK"),
    ("signalfd4", "EBADF EINVAL EMFILE ENFILE ENODEV ENOMEM + ENOSYS"),
    ("socket", "EACCES EAFNOSUPPORT EINVAL EMFILE ENFILE ENOBUFS ENOMEM EPROTONOSUPPORT + EPERM"),
    (
        "unlinkat",
        "EACCES EBADF EBUSY EFAULT EINVAL EIO EISDIR ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EPERM EROFS + \
         ENOSPC EDQUOT",
    ),
    ("utimensat", "EACCES EBADF EFAULT EINVAL ELOOP ENAMETOOLONG ENOENT ENOTDIR EPERM EROFS ESRCH + EIO"),
    ("wait4", "EAGAIN ECHILD EINTR EINVAL ESRCH"),
    (
        "write",
        "EAGAIN EBADF EDESTADDRREQ EDQUOT EFAULT EFBIG EINTR EINVAL EIO ENOSPC EPERM EPIPE + ENOMEM ESTALE",
    ),
];

fn table() -> &'static [(&'static str, &'static str)] {
    if tool::is_rig() { darwin::ERRORS } else { ERRORS }
}

/// They do not come back, or always succeed.
const WITHOUT: &[&str] = &["exit_group", "exit", "getpid"];

/// What only a mistake of the server, or a kernel that it is not for, could
/// bring about: it may stop then, but says so.
const MISTAKES: &[&str] = &["EBADF", "EFAULT", "EINVAL", "ENOTSOCK", "ENOSYS", "EOPNOTSUPP"];

/// All errors of a call; None: nobody has thought of this call.
pub fn of(call: &str) -> Option<Vec<&'static str>> {
    if WITHOUT.contains(&call) {
        return Some(Vec::new());
    }
    let row = table().iter().find(|row| row.0 == call)?;
    Some(row.1.split_whitespace().filter(|word| *word != "+").collect())
}

pub fn is_mistake(call: &str, error: &str) -> bool {
    // These are of other filters than those that the server has: kevent(2).
    let of_filters = call == "kevent" && matches!(error, "EACCES" | "ENOENT" | "ESRCH");
    of_filters || MISTAKES.contains(&error)
}

/// Whether a line on standard error tells of a call, under its name in C. A file
/// that cannot be looked at is one that could not be opened; a socket's file that
/// nobody can be asked for is in use.
pub fn is_of(call: &str, line: &str) -> bool {
    let rest = line.strip_prefix("svcd: ").unwrap_or_default();
    let name = rest.split([':', ' ']).next().unwrap_or_default();
    let names: &[&str] = match call {
        "accept4" => &["accept"],
        "connect" => &["bind"],
        "pipe2" => &["pipe"],
        // On Darwin, what makes a socket close on exec is a part of making it.
        "fcntl" => &[call, "socket", "bind"],
        "fstat" | "fstat64" | "openat2" => &["fstat", "openat2", "openat", "landlock"],
        "landlock_add_rule" | "landlock_create_ruleset" | "landlock_restrict_self" => &["landlock"],
        "newfstatat" | "fstatat64" => &["fstatat", "bind"],
        "prlimit64" => &["setrlimit"],
        "socket" => &[call, "bind"],
        call => &[call],
    };
    names.contains(&name)
}

/// A case for each error of a call, at each of these places.
pub fn cases(who: &'static str, call: &str, places: &[String]) -> Vec<Case> {
    let errors = of(call).unwrap_or_else(|| panic!("{call}: which errors has it?"));
    let case = |error, when: &String| Case { who, call: call.to_owned(), error, when: when.clone() };
    errors.into_iter().flat_map(|error| places.iter().map(move |when| case(error, when))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_each_error_once() {
        for table in [ERRORS, darwin::ERRORS] {
            assert!(table.is_sorted_by(|one, other| one.0 < other.0));
        }
        for (call, _) in table() {
            let errors = of(call).expect("a row");
            let mut once = errors.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), errors.len(), "{call}");
            assert!(errors.iter().all(|error| error.starts_with('E')), "{call}: {errors:?}");
        }
        assert_eq!(of("exit_group"), Some(Vec::new()));
        assert_eq!(of("setsid"), None);
    }
}
