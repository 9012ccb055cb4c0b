//! Every call of `Call`: its name, the classes that strace(1) puts it in, and how its
//! arguments are shown.

use svcd::trace::Class;

use super::super::table::{CALLS, Call};
use super::names::*;
use super::sandbox::*;
use super::show::*;
use crate::sys::trace::Signature;
use crate::sys::trace::show::Argument::{Flags, In, InOut, Name, Out, Shown};
use crate::sys::trace::show::{
    ADDRESS, Argument, FOLDER, IN, INT, MODE, OUT, PATH, SIZE, STATUS, WORD, groups, open_flags, signal,
    strings, variables,
};
use crate::sys::trace::socket::{LENGTH, SOCKADDR, SOCKADDR_OUT, number, option, polled};

const D: Class = 1;
const F: Class = 2;
const M: Class = 4;
const N: Class = 8;
const P: Class = 16;
const S: Class = 32;

const fn row(call: Call, name: &'static str, class: Class, arguments: &'static [Argument]) -> Signature {
    Signature { call, name, class, arguments }
}

pub static SIGNATURES: &[Signature] = &[
    row(Call::accept4, "accept4", N, &[INT, SOCKADDR_OUT, LENGTH, Flags(SOCKET)]),
    row(Call::bind, "bind", N, &[INT, SOCKADDR, WORD]),
    row(Call::chroot, "chroot", F, &[PATH]),
    row(Call::clock_gettime, "clock_gettime", 0, &[Name(CLOCKS), Out(timespec)]),
    row(Call::clone, "clone", P, &[In(clone)]),
    row(Call::close, "close", D, &[INT]),
    row(Call::close_range, "close_range", 0, &[WORD, WORD, WORD]),
    row(Call::connect, "connect", N, &[INT, SOCKADDR, WORD]),
    row(Call::dup3, "dup3", D, &[INT, INT, Flags(OPEN)]),
    row(Call::epoll_create1, "epoll_create1", D, &[Flags(EPOLL)]),
    row(Call::epoll_ctl, "epoll_ctl", D, &[INT, Name(EPOLL_COMMANDS), INT, In(epoll_change)]),
    row(Call::epoll_pwait, "epoll_pwait", D, &[INT, Out(epoll_events), INT, INT, ADDRESS, SIZE]),
    row(Call::execve, "execve", F | P, &[PATH, In(strings), In(variables)]),
    row(Call::exit, "exit_group", P, &[INT]),
    row(Call::faccessat, "faccessat", D | F, &[FOLDER, PATH, Flags(ACCESS)]),
    row(Call::fchdir, "fchdir", D, &[INT]),
    row(Call::fchmod, "fchmod", D, &[INT, MODE]),
    row(Call::fcntl, "fcntl", D, &[INT, Name(COMMANDS), In(command_argument)]),
    row(Call::flock, "flock", D, &[INT, Flags(LOCKS)]),
    row(Call::fstat, "fstat", D, &[INT, Out(stat)]),
    row(Call::fstatat, "newfstatat", D | F, &[FOLDER, PATH, Out(stat), Flags(AT)]),
    row(Call::fsync, "fsync", D, &[INT]),
    row(Call::getdents64, "getdents64", D, &[INT, Out(entries), SIZE]),
    row(Call::getpeername, "getpeername", N, &[INT, SOCKADDR_OUT, LENGTH]),
    row(Call::getpid, "getpid", 0, &[]),
    row(Call::getrusage, "getrusage", 0, &[Name(WHOSE), Out(usage)]),
    row(Call::getsockname, "getsockname", N, &[INT, SOCKADDR_OUT, LENGTH]),
    row(Call::ioctl, "ioctl", D, &[INT, Name(IOCTLS), Out(number)]),
    row(Call::kill, "kill", S | P, &[INT, In(signal)]),
    row(Call::landlock_add_rule, "landlock_add_rule", D, &[INT, In(rule), In(rule_attr), WORD]),
    row(Call::landlock_create_ruleset, "landlock_create_ruleset", D, &[In(ruleset), SIZE, In(ruleset_flags)]),
    row(Call::landlock_restrict_self, "landlock_restrict_self", D, &[INT, WORD]),
    row(Call::linkat, "linkat", D | F, &[FOLDER, PATH, FOLDER, PATH, Flags(AT)]),
    row(Call::listen, "listen", N, &[INT, INT]),
    row(Call::lseek, "lseek", D, &[INT, SIZE, Name(WHENCE)]),
    row(Call::mmap, "mmap", D | M, &[ADDRESS, SIZE, Flags(PROTECTION), Flags(MAP), INT, SIZE]),
    row(Call::munmap, "munmap", M, &[ADDRESS, SIZE]),
    row(Call::openat, "openat", D | F, &[FOLDER, PATH, In(open_flags)]),
    row(Call::openat2, "openat2", D | F, &[FOLDER, PATH, In(how), SIZE]),
    row(Call::pipe2, "pipe2", D, &[Out(ends), Flags(OPEN)]),
    row(Call::ppoll, "ppoll", D, &[In(polled), SIZE, In(timeout), ADDRESS, SIZE]),
    row(Call::prctl, "prctl", 0, &[In(prctl)]),
    row(Call::prlimit64, "prlimit64", 0, &[INT, Name(RESOURCES), In(limit), ADDRESS]),
    row(Call::read, "read", D, &[INT, OUT, SIZE]),
    row(Call::readlinkat, "readlinkat", D | F, &[FOLDER, PATH, OUT, SIZE]),
    row(Call::recvfrom, "recvfrom", N, &[INT, OUT, SIZE, Flags(MESSAGES), ADDRESS, ADDRESS]),
    row(Call::renameat2, "renameat2", D | F, &[FOLDER, PATH, FOLDER, PATH, Flags(RENAME)]),
    row(Call::rt_sigaction, "rt_sigaction", S, &[In(signal), In(action), ADDRESS, SIZE]),
    row(Call::rt_sigprocmask, "rt_sigprocmask", S, &[Name(HOW), In(signals), ADDRESS, SIZE]),
    row(Call::sendfile, "sendfile", D | N, &[INT, INT, InOut(8, offset), SIZE]),
    row(Call::sendto, "sendto", N, &[INT, IN, SIZE, Flags(MESSAGES), ADDRESS, WORD]),
    row(Call::setgid, "setgid", 0, &[WORD]),
    row(Call::setgroups, "setgroups", 0, &[SIZE, In(groups)]),
    row(Call::setpgid, "setpgid", 0, &[INT, INT]),
    row(Call::setsockopt, "setsockopt", N, &[INT, Name(LEVELS), In(option), Shown, WORD]),
    row(Call::setuid, "setuid", 0, &[WORD]),
    row(Call::shutdown, "shutdown", N, &[INT, Name(SHUTDOWN)]),
    row(Call::signalfd4, "signalfd4", D | S, &[INT, In(signals), SIZE, Flags(SIGNALFD)]),
    row(Call::socket, "socket", N, &[Name(FAMILIES), In(kind), In(protocol)]),
    row(Call::unlinkat, "unlinkat", D | F, &[FOLDER, PATH, Flags(AT)]),
    row(Call::utimensat, "utimensat", D | F, &[FOLDER, PATH, In(times), Flags(AT)]),
    row(Call::wait4, "wait4", P, &[INT, STATUS, Flags(WAIT), ADDRESS]),
    row(Call::write, "write", D, &[INT, IN, SIZE]),
];

// A call that is missing would not be traced.
const _: () = assert!(SIGNATURES.len() == CALLS.len());
