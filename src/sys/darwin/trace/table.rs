//! Every call of `Call`: its name, the classes that it would be in for strace(1), and how
//! its arguments are shown.

use svcd::trace::Class;

use super::super::table::Call;
use super::names::*;
use super::show::*;
use crate::sys::trace::Signature;
use crate::sys::trace::show::Argument::{Flags, In, InOut, Name, Out, Shown};
use crate::sys::trace::show::{
    ADDRESS, Argument, FOLDER, IN, INT, MODE, OUT, PATH, SIZE, STATUS, WORD, groups, open_flags, signal,
    strings, variables,
};
use crate::sys::trace::socket::{LENGTH, SOCKADDR, SOCKADDR_OUT, number, option, option_name, polled};

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
    row(Call::accept, "accept", N, &[INT, SOCKADDR_OUT, LENGTH]),
    row(Call::bind, "bind", N, &[INT, SOCKADDR, WORD]),
    row(Call::chroot, "chroot", F, &[PATH]),
    row(Call::close, "close", D, &[INT]),
    row(Call::connect, "connect", N, &[INT, SOCKADDR, WORD]),
    row(Call::dup2, "dup2", D, &[INT, INT]),
    row(Call::execve, "execve", F | P, &[PATH, In(strings), In(variables)]),
    row(Call::exit, "exit", P, &[INT]),
    row(Call::faccessat, "faccessat", D | F, &[FOLDER, PATH, Flags(ACCESS), WORD]),
    row(Call::fchdir, "fchdir", D, &[INT]),
    row(Call::fchmod, "fchmod", D, &[INT, MODE]),
    row(Call::fcntl, "fcntl", D, &[INT, Name(COMMANDS), Out(command_argument)]),
    row(Call::flock, "flock", D, &[INT, Flags(LOCKS)]),
    row(Call::fork, "fork", P, &[]),
    row(Call::fstat, "fstat64", D, &[INT, Out(stat)]),
    row(Call::fstatat, "fstatat64", D | F, &[FOLDER, PATH, Out(stat), Flags(AT)]),
    row(Call::fsync, "fsync", D, &[INT]),
    row(Call::getdirentries64, "getdirentries64", D, &[INT, Out(entries), SIZE, ADDRESS]),
    row(Call::getpeername, "getpeername", N, &[INT, SOCKADDR_OUT, LENGTH]),
    row(Call::getpid, "getpid", 0, &[]),
    row(Call::getrusage, "getrusage", 0, &[Name(WHOSE), Out(usage)]),
    row(Call::getsockname, "getsockname", N, &[INT, SOCKADDR_OUT, LENGTH]),
    row(Call::getsockopt, "getsockopt", N, &[INT, Name(LEVELS), In(option_name), Out(number), LENGTH]),
    row(Call::gettimeofday, "gettimeofday", 0, &[Out(timeval), ADDRESS, ADDRESS]),
    row(Call::kevent, "kevent", D, &[INT, In(changes), INT, Out(events), INT, In(timeout)]),
    row(Call::kill, "kill", S | P, &[INT, In(signal), INT]),
    row(Call::kqueue, "kqueue", D, &[]),
    row(Call::listen, "listen", N, &[INT, INT]),
    row(Call::lseek, "lseek", D, &[INT, SIZE, Name(WHENCE)]),
    row(Call::mmap, "mmap", D | M, &[ADDRESS, SIZE, Flags(PROTECTION), Flags(MAP), INT, SIZE]),
    row(Call::openat, "openat", D | F, &[FOLDER, PATH, In(open_flags)]),
    row(Call::pipe, "pipe", D, &[]),
    row(Call::poll, "poll", D, &[In(polled), WORD, INT]),
    row(Call::read, "read", D, &[INT, OUT, SIZE]),
    row(Call::recvfrom, "recvfrom", N, &[INT, OUT, SIZE, Flags(MESSAGES), ADDRESS, ADDRESS]),
    row(Call::renameatx_np, "renameatx_np", D | F, &[FOLDER, PATH, FOLDER, PATH, Flags(RENAME)]),
    row(Call::sendfile, "sendfile", D | N, &[INT, INT, SIZE, InOut(8, sent), ADDRESS, WORD]),
    row(Call::sendto, "sendto", N, &[INT, IN, SIZE, Flags(MESSAGES), ADDRESS, WORD]),
    row(Call::setgid, "setgid", 0, &[WORD]),
    row(Call::setgroups, "setgroups", 0, &[SIZE, In(groups)]),
    row(Call::setpgid, "setpgid", 0, &[INT, INT]),
    row(Call::setrlimit, "setrlimit", 0, &[Name(RESOURCES), In(limit)]),
    row(Call::setsockopt, "setsockopt", N, &[INT, Name(LEVELS), In(option), Shown, WORD]),
    row(Call::setuid, "setuid", 0, &[WORD]),
    row(Call::shutdown, "shutdown", N, &[INT, Name(SHUTDOWN)]),
    row(Call::sigaction, "sigaction", S, &[In(signal), In(action), ADDRESS]),
    row(Call::sigprocmask, "sigprocmask", S, &[Name(HOW), In(signals), ADDRESS]),
    row(Call::socket, "socket", N, &[Name(FAMILIES), Name(KINDS), INT]),
    row(Call::unlinkat, "unlinkat", D | F, &[FOLDER, PATH, Flags(AT)]),
    row(Call::wait4, "wait4", P, &[INT, STATUS, Flags(WAIT), ADDRESS]),
    row(Call::write, "write", D, &[INT, IN, SIZE]),
];
