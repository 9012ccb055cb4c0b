//! Storey two: the calls that Darwin does not have, or has otherwise. See
//! `sys::calls` for the rules.

use core::ffi::{CStr, c_void};

use linux_raw_sys::general::{__kernel_timespec, epoll_event, open_how};
use linux_raw_sys::landlock::{landlock_rule_type, landlock_ruleset_attr};

use super::layout::SignalInfo;
use super::table::Call;
use super::{arch, constant};
use crate::sys::errno::Errno;
use crate::sys::fd::{Fd, OwnedFd};
use crate::sys::gate::{self, call};
use crate::sys::process::Begin;
use crate::sys::readiness::Entry;

/// Writes the peer's address and returns its whole length with the connection.
pub fn accept4(socket: Fd, address: &mut [u8], flags: u32) -> Result<(OwnedFd, usize), Errno> {
    let mut length = address.len() as u32;
    let arguments =
        [socket.register(), address.as_mut_ptr() as usize, &raw mut length as usize, flags as usize];
    // SAFETY: the kernel writes at most `length` bytes, and the new length over it.
    unsafe { call(Call::accept4, arguments) }.map(|fd| (OwnedFd::new(fd), length as usize))
}

/// Seconds and nanoseconds.
pub fn clock_gettime(clock: u32) -> Result<(i64, i64), Errno> {
    let mut time = __kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec.
    unsafe { call(Call::clock_gettime, [clock as usize, &raw mut time as usize]) }
        .map(|_| (time.tv_sec, time.tv_nsec))
}

/// With nothing shared and the parent's stack; 0 in the child.
pub fn clone(exit_signal: u32) -> Result<i32, Errno> {
    // SAFETY: without CLONE_VM the child has a copy of all memory, the stack
    // among it, so the two cannot write to the same. The null pointers are for
    // flags that are not set; their order differs between the processors.
    unsafe { call(Call::clone, [exit_signal as usize, 0, 0, 0, 0]) }.map(|pid| pid as i32)
}

/// clone(2) whose child begins in `entry` on the stack that ends at `end`.
///
/// # Safety
/// See `arch::trap_onto`.
pub unsafe fn clone_onto(
    flags: u32,
    end: *mut usize,
    entry: Begin,
    context: *const c_void,
) -> Result<i32, Errno> {
    // SAFETY: the caller answers for it.
    let make = || unsafe { arch::trap_onto(flags as usize, end, context, entry, Call::clone as usize) };
    #[cfg(not(feature = "trace"))]
    let returned = make();
    #[cfg(feature = "trace")]
    let returned = {
        let stack = end as usize - arch::BELOW;
        crate::sys::trace::spawn(Call::clone as usize, flags as usize, stack, make)
    };
    gate::result(returned).map(|returned| returned.first as i32)
}

/// Writes whole records into `buffer` and returns their bytes: 0 at the end.
pub fn getdents64(directory: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    let arguments = [directory.register(), buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: the kernel writes at most `buffer.len()` bytes, at any alignment.
    unsafe { call(Call::getdents64, arguments) }
}

pub fn openat2(directory: Fd, path: &CStr, flags: u32, resolve: u32) -> Result<OwnedFd, Errno> {
    let how = open_how { flags: u64::from(flags), mode: 0, resolve: u64::from(resolve) };
    let arguments =
        [directory.register(), path.as_ptr() as usize, &raw const how as usize, size_of::<open_how>()];
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading; it reads
    // one open_how, of the size it is told.
    unsafe { call(Call::openat2, arguments) }.map(OwnedFd::new)
}

/// SIOCOUTQ of ioctl(2), which writes one number.
pub fn ioctl_outq(socket: Fd) -> Result<u32, Errno> {
    let mut count: u32 = 0;
    let arguments = [socket.register(), constant::SIOCOUTQ as usize, &raw mut count as usize];
    // SAFETY: for this command the kernel writes one int.
    unsafe { call(Call::ioctl, arguments) }.map(|_| count)
}

/// Allows `rights` in what `file` is, or in all that is below it.
pub fn landlock_add_rule(ruleset: Fd, file: Fd, rights: u64) -> Result<(), Errno> {
    // struct landlock_path_beneath_attr: 64 bits, and a descriptor behind them.
    let attr = [rights as u32, (rights >> 32) as u32, file.number() as u32];
    let kind = landlock_rule_type::LANDLOCK_RULE_PATH_BENEATH as usize;
    let arguments = [ruleset.register(), kind, attr.as_ptr() as usize, 0];
    // SAFETY: the kernel reads one attribute of this kind, which has 12 bytes.
    unsafe { call(Call::landlock_add_rule, arguments) }.map(drop)
}

/// What is named here is forbidden, but for the rules that are added.
pub fn landlock_create_ruleset(files: u64, net: u64, scopes: u64) -> Result<OwnedFd, Errno> {
    let attr = landlock_ruleset_attr { handled_access_fs: files, handled_access_net: net, scoped: scopes };
    let arguments = [&raw const attr as usize, size_of::<landlock_ruleset_attr>(), 0];
    // SAFETY: the kernel reads one attribute of the size it is told; what an
    // older one does not know is 0.
    unsafe { call(Call::landlock_create_ruleset, arguments) }.map(OwnedFd::new)
}

pub fn epoll_create1(flags: u32) -> Result<OwnedFd, Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::epoll_create1, [flags as usize]) }.map(OwnedFd::new)
}

/// EPOLL_CTL_ADD of epoll_ctl(2).
pub fn epoll_add(epoll: Fd, fd: Fd, event: &epoll_event) -> Result<(), Errno> {
    let add = constant::EPOLL_CTL_ADD as usize;
    let arguments = [epoll.register(), add, fd.register(), &raw const *event as usize];
    // SAFETY: the kernel reads one epoll_event.
    unsafe { call(Call::epoll_ctl, arguments) }.map(drop)
}

/// How many events there are: 0 when so many milliseconds are over; None: for ever.
pub fn epoll_pwait(epoll: Fd, events: &mut [epoll_event], timeout: Option<u64>) -> Result<usize, Errno> {
    let timeout = timeout.map_or(usize::MAX, |timeout| timeout.min(i32::MAX as u64) as usize);
    let (address, count) = (events.as_mut_ptr() as usize, events.len());
    let arguments = [epoll.register(), address, count, timeout, 0, size_of::<u64>()];
    // SAFETY: the kernel writes at most so many epoll_events; a null mask leaves the
    // signal mask.
    unsafe { call(Call::epoll_pwait, arguments) }
}

pub fn landlock_restrict_self(ruleset: Fd) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::landlock_restrict_self, [ruleset.register(), 0]) }.map(drop)
}

/// Of Landlock, from 1 on.
pub fn landlock_version() -> Result<usize, Errno> {
    let flags = constant::LANDLOCK_CREATE_RULESET_VERSION as usize;
    // SAFETY: with this flag there is no attribute.
    unsafe { call(Call::landlock_create_ruleset, [0, 0, flags]) }
}

/// # Safety
/// Nothing uses the memory any more.
pub unsafe fn munmap(address: usize, length: usize) -> Result<(), Errno> {
    // SAFETY: the caller has given it up.
    unsafe { call(Call::munmap, [address, length]) }.map(drop)
}

/// Gives the open file that `link` leads to another name, in `folder`.
pub fn linkat_through(link: &CStr, folder: Fd, name: &CStr) -> Result<(), Errno> {
    let cwd = Fd::special(constant::AT_FDCWD);
    let arguments = [
        cwd.register(),
        link.as_ptr() as usize,
        folder.register(),
        name.as_ptr() as usize,
        constant::AT_SYMLINK_FOLLOW as usize,
    ];
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { call(Call::linkat, arguments) }.map(drop)
}

pub fn timespec(milliseconds: u64) -> __kernel_timespec {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    __kernel_timespec { tv_sec: seconds as i64, tv_nsec: (rest * 1_000_000) as i64 }
}

/// Waits for one of `fds`, for ever without a timeout.
pub fn ppoll(fds: &mut [Entry], mut timeout: Option<__kernel_timespec>) -> Result<usize, Errno> {
    let timeout = timeout.as_mut().map_or(0, |timeout| &raw mut *timeout as usize);
    let arguments = [fds.as_mut_ptr() as usize, fds.len(), timeout, 0, size_of::<u64>()];
    // SAFETY: the kernel writes into `fds.len()` entries and into the timespec,
    // which is this function's own copy; a null mask leaves the signal mask.
    unsafe { call(Call::ppoll, arguments) }
}

/// For options whose arguments are numbers; those that it does not have are 0.
pub fn prctl(option: u32, argument: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed; the options in `constant` take none.
    unsafe { call(Call::prctl, [option as usize, argument as usize, 0, 0, 0]) }.map(drop)
}

/// PR_SET_SECCOMP of prctl(2) with a filter; each step is a `struct sock_filter`
/// of 8 bytes.
pub fn prctl_seccomp(steps: &[u8]) -> Result<(), Errno> {
    // struct sock_fprog: 16 bits that say how many, and a pointer.
    let program = [steps.len() / 8, steps.as_ptr() as usize];
    let mode = constant::SECCOMP_MODE_FILTER as usize;
    let arguments = [constant::PR_SET_SECCOMP as usize, mode, program.as_ptr() as usize];
    // SAFETY: the kernel reads one sock_fprog, of which the bytes behind the first
    // two are padding, and so many steps, at any alignment.
    unsafe { call(Call::prctl, arguments) }.map(drop)
}

/// Returns the length of a link's text, which says that `path` is a link.
pub fn readlinkat(directory: Fd, path: &CStr, buffer: &mut [u8]) -> Result<usize, Errno> {
    let arguments =
        [directory.register(), path.as_ptr() as usize, buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading; it writes
    // at most `buffer.len()` bytes.
    unsafe { call(Call::readlinkat, arguments) }
}

/// Both names are in `folder`.
pub fn renameat2(folder: Fd, from: &CStr, to: &CStr, flags: u32) -> Result<(), Errno> {
    let (folder, from, to) = (folder.register(), from.as_ptr() as usize, to.as_ptr() as usize);
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { call(Call::renameat2, [folder, from, folder, to, flags as usize]) }.map(drop)
}

pub fn read_signal_info(fd: Fd, buffer: &mut [SignalInfo]) -> Result<usize, Errno> {
    let arguments = [fd.register(), buffer.as_mut_ptr() as usize, size_of_val(buffer)];
    // SAFETY: the kernel writes whole entries into the buffer and no more than
    // fit; any bits are a `u32`.
    unsafe { call(Call::read, arguments) }.map(|bytes| bytes / size_of::<SignalInfo>())
}

/// Gives a signal its default action. The old one is not asked for.
pub fn rt_sigaction_default(signal: u32) -> Result<(), Errno> {
    // kernel_sigaction: handler, flags, restorer, mask; SIG_DFL is 0.
    let action = [0u64; 4];
    let arguments = [signal as usize, &raw const action as usize, 0, size_of::<u64>()];
    // SAFETY: the kernel reads one kernel_sigaction; no handler is named, so
    // nothing of the program will be called.
    unsafe { call(Call::rt_sigaction, arguments) }.map(drop)
}

/// The old mask is not asked for. `signals` has bit n-1 for signal n.
pub fn rt_sigprocmask(how: u32, signals: u64) -> Result<(), Errno> {
    let arguments = [how as usize, &raw const signals as usize, 0, size_of::<u64>()];
    // SAFETY: the kernel reads one mask of the size it is told.
    unsafe { call(Call::rt_sigprocmask, arguments) }.map(drop)
}

pub fn sendfile(out: Fd, file: Fd, mut offset: i64, count: usize) -> Result<usize, Errno> {
    let arguments = [out.register(), file.register(), &raw mut offset as usize, count];
    // SAFETY: the kernel reads and writes one offset, which is a local copy.
    unsafe { call(Call::sendfile, arguments) }
}

pub fn signalfd4(signals: u64, flags: u32) -> Result<OwnedFd, Errno> {
    let arguments = [usize::MAX, &raw const signals as usize, size_of::<u64>(), flags as usize];
    // SAFETY: the kernel reads one mask of the size it is told; the descriptor
    // -1 asks for a new one.
    unsafe { call(Call::signalfd4, arguments) }.map(OwnedFd::new)
}

pub fn socket(family: u32, kind: u32, protocol: u32) -> Result<OwnedFd, Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::socket, [family as usize, kind as usize, protocol as usize]) }.map(OwnedFd::new)
}

/// Sets the time of last modification of an open file, and leaves that of last
/// access.
pub fn utimensat_modified(file: Fd, (seconds, nanos): (i64, i64)) -> Result<(), Errno> {
    let times = [
        __kernel_timespec { tv_sec: 0, tv_nsec: i64::from(constant::UTIME_OMIT) },
        __kernel_timespec { tv_sec: seconds, tv_nsec: nanos },
    ];
    // SAFETY: the kernel reads two timespecs; without a path it is the file
    // itself that is meant.
    unsafe { call(Call::utimensat, [file.register(), 0, times.as_ptr() as usize, 0]) }.map(drop)
}

/// Closes every descriptor from `first` on.
///
/// # Safety
/// Nothing uses any of them any more.
pub unsafe fn close_range_from(first: u32) -> Result<(), Errno> {
    // SAFETY: the caller has given them up.
    unsafe { call(Call::close_range, [first as usize, u32::MAX as usize, 0]) }.map(drop)
}

pub fn dup3(fd: Fd, number: i32) -> Result<(), Errno> {
    // SAFETY: no address is passed. What had the number is closed: see its caller.
    unsafe { call(Call::dup3, [fd.register(), number as usize, 0]) }.map(drop)
}

/// The ends to read and to write.
pub fn pipe2(flags: u32) -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut ends = [0i32; 2];
    // SAFETY: the kernel writes two ints.
    unsafe { call(Call::pipe2, [ends.as_mut_ptr() as usize, flags as usize]) }?;
    let [read, write] = ends.map(|end| OwnedFd::new(end as usize));
    Ok((read, write))
}

/// Of this process; the old limit is not asked for.
pub fn prlimit64_set(resource: u32, limit: u64) -> Result<(), Errno> {
    // struct rlimit64: soft and hard.
    let limits = [limit; 2];
    let arguments = [0, resource as usize, limits.as_ptr() as usize, 0];
    // SAFETY: the kernel reads one rlimit64; a null pointer asks for no old one.
    unsafe { call(Call::prlimit64, arguments) }.map(drop)
}
