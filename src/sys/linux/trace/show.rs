//! How arguments are shown that only Linux has, or has otherwise.

use core::mem::offset_of;

use linux_raw_sys::general::{epoll_event, linux_dirent64, stat as Stat};
use svcd::http::date;
use svcd::text::{Buffer, decimal};
use svcd::trace::{flags, name, signed};

use super::names::*;
use crate::sys::os::{Call, constant};
use crate::sys::trace::show::{
    comma, int, octal, pointer, push_open_flags, push_signal, push_signals, push_stat, push_time,
};
use crate::sys::trace::socket::push_polled;
use crate::sys::trace::view::View;

/// What stands behind a result.
pub fn push_more(text: &mut Buffer, number: usize, view: &View) {
    if number != Call::ppoll as usize {
        return;
    }
    if view.result() == Some(0) {
        return text.push(b" (Timeout)");
    }
    text.push(b" (");
    push_polled(text, view, 0, true);
    if view.argument(2) != 0 {
        text.push(b", left ");
        push_timespec(text, view, 2);
    }
    text.push_byte(b')');
}

fn push_timespec(text: &mut Buffer, view: &View, place: usize) {
    match view.words(place) {
        Some([seconds, nanos]) => push_time(text, seconds as i64, "tv_nsec", nanos as i64),
        None => text.push(b"NULL"),
    }
}

pub fn timeout(text: &mut Buffer, view: &View, place: usize) {
    push_timespec(text, view, place);
}

pub fn timespec(text: &mut Buffer, view: &View, place: usize) {
    match view.result() {
        Some(_) => push_timespec(text, view, place),
        None => pointer(text, view, place),
    }
}

/// The flags of clone(2) hold a signal in their lowest byte.
pub fn clone(text: &mut Buffer, view: &View, _: usize) {
    let value = view.argument(0) as u64;
    text.push(b"child_stack=");
    pointer(text, view, 1);
    text.push(b", flags=");
    if value > 0xff {
        flags(text, CLONE, value & !0xff);
        text.push_byte(b'|');
    }
    push_signal(text, (value & 0xff) as u32);
}

pub fn command_argument(text: &mut Buffer, view: &View, place: usize) {
    let value = view.argument(place) as u64;
    match view.argument(place - 1) as u32 {
        constant::F_SETFD => flags(text, DESCRIPTOR, value),
        constant::F_SETFL => push_open_flags(text, value),
        _ => int(text, view, place),
    }
}

pub fn stat(text: &mut Buffer, view: &View, place: usize) {
    // SAFETY: the struct has integers only.
    let stat = view.result().and_then(|_| unsafe { view.at::<Stat>(place) });
    let Some(stat) = stat else { return pointer(text, view, place) };
    // As makedev(3) puts them together.
    let device = stat.st_rdev;
    let major = (device >> 8 & 0xfff | device >> 32 & 0xffff_f000) as u32;
    let minor = (device & 0xff | device >> 12 & 0xffff_ff00) as u32;
    push_stat(text, stat.st_mode, stat.st_size as u64, Some((major, minor)));
}

/// Of records there is how many.
pub fn entries(text: &mut Buffer, view: &View, place: usize) {
    pointer(text, view, place);
    let Some(len) = view.result() else { return };
    let mut rest = view.bytes(place, len);
    let mut count = 0;
    let at = offset_of!(linux_dirent64, d_reclen);
    while let Some(len) = rest.get(at..).and_then(|rest| rest.first_chunk::<2>())
        && let Some(next) = rest.get(usize::from(u16::from_ne_bytes(*len)).max(1)..)
    {
        rest = next;
        count += 1;
    }
    text.push(b" /* ");
    decimal::push(text, count);
    text.push(if count == 1 { &b" entry */"[..] } else { b" entries */" });
}

/// The times, of all that is in it.
pub fn usage(text: &mut Buffer, view: &View, place: usize) {
    let words = view.result().and_then(|_| view.words(place));
    let Some([user, user_micros, system, system_micros]) = words else { return pointer(text, view, place) };
    text.push(b"{ru_utime=");
    push_time(text, user as i64, "tv_usec", user_micros as i64);
    text.push(b", ru_stime=");
    push_time(text, system as i64, "tv_usec", system_micros as i64);
    text.push(b", ...}");
}

/// open_how: flags, mode, how the path is walked. The mode is shown with flags that make
/// a file.
pub fn how(text: &mut Buffer, view: &View, place: usize) {
    let Some([open, mode, resolve]) = view.words(place) else { return text.push(b"NULL") };
    text.push(b"{flags=");
    push_open_flags(text, open);
    if open & u64::from(MAKES_A_FILE) != 0 {
        text.push(b", mode=");
        octal(text, mode as u32);
    }
    text.push(b", resolve=");
    flags(text, RESOLVE, resolve);
    text.push_byte(b'}');
}

pub fn ends(text: &mut Buffer, view: &View, place: usize) {
    let word = view.result().and_then(|_| view.words(place));
    let Some([word]) = word else { return pointer(text, view, place) };
    text.push_byte(b'[');
    signed(text, i64::from(word as i32));
    text.push(b", ");
    signed(text, i64::from((word >> 32) as i32));
    text.push_byte(b']');
}

/// rlimit64, in the unit in which it is round.
pub fn limit(text: &mut Buffer, view: &View, place: usize) {
    let Some(limits) = view.words::<2>(place) else { return text.push(b"NULL") };
    text.push_byte(b'{');
    let mut is_first = true;
    for (name, limit) in ["rlim_cur=", "rlim_max="].into_iter().zip(limits) {
        comma(text, &mut is_first);
        text.push(name.as_bytes());
        match limit {
            u64::MAX => text.push(b"RLIM64_INFINITY"),
            _ if limit > 1024 && limit % 1024 == 0 => {
                decimal::push(text, limit / 1024);
                text.push(b"*1024");
            }
            _ => decimal::push(text, limit),
        }
    }
    text.push_byte(b'}');
}

/// kernel_sigaction: handler, flags, restorer, mask. The program sets no handler.
pub fn action(text: &mut Buffer, view: &View, place: usize) {
    let Some([handler, flags, _, mask]) = view.words(place) else { return text.push(b"NULL") };
    text.push(b"{sa_handler=");
    name(text, &[(0, "SIG_DFL"), (1, "SIG_IGN")], handler);
    text.push(b", sa_mask=");
    push_signals(text, mask);
    text.push(b", sa_flags=");
    decimal::push(text, flags);
    text.push_byte(b'}');
}

pub fn signals(text: &mut Buffer, view: &View, place: usize) {
    match view.words(place) {
        Some([set]) => push_signals(text, set),
        None => text.push(b"NULL"),
    }
}

pub fn offset(text: &mut Buffer, view: &View, place: usize) {
    let Some([offset]) = view.words(place) else { return text.push(b"NULL") };
    text.push_byte(b'[');
    signed(text, view.entered as i64);
    text.push_byte(b']');
    if view.result().is_some_and(|sent| sent > 0) {
        text.push(b" => [");
        signed(text, offset as i64);
        text.push_byte(b']');
    }
}

pub fn kind(text: &mut Buffer, view: &View, place: usize) {
    let value = view.argument(place) as u64;
    name(text, KINDS, value & 0xf);
    if value > 0xf {
        text.push_byte(b'|');
        flags(text, SOCKET, value & !0xf);
    }
}

/// 0 is a protocol's name in the families of the internet.
pub fn protocol(text: &mut Buffer, view: &View, place: usize) {
    match (view.argument(0) as u32, view.argument(place)) {
        (constant::AF_INET | constant::AF_INET6, 0) => text.push(b"IPPROTO_IP"),
        _ => int(text, view, place),
    }
}

/// Times of access and modification, with the day where it is one.
pub fn times(text: &mut Buffer, view: &View, place: usize) {
    let Some([seconds, nanos, modified, modified_nanos]) = view.words(place) else {
        return text.push(b"NULL");
    };
    text.push_byte(b'[');
    push_file_time(text, seconds as i64, nanos);
    text.push(b", ");
    push_file_time(text, modified as i64, modified_nanos);
    text.push_byte(b']');
}

fn push_file_time(text: &mut Buffer, seconds: i64, nanos: u64) {
    if nanos == u64::from(constant::UTIME_OMIT) {
        return text.push(b"UTIME_OMIT");
    }
    push_time(text, seconds, "tv_nsec", nanos as i64);
    text.push(b" /* ");
    date::push_rfc3339(text, seconds.unsigned_abs());
    // Without its Z.
    text.truncate(text.len() - 1);
    if nanos > 0 {
        text.push_byte(b'.');
        decimal::push_padded(text, nanos, 9);
    }
    text.push(b"+0000 */");
}

/// signalfd_siginfo, 128 bytes for each signal that was read.
pub fn signal_infos(text: &mut Buffer, view: &View, place: usize) {
    let bytes = view.bytes(place, view.result().unwrap_or(0));
    let mut is_first = true;
    text.push_byte(b'[');
    for info in bytes.as_chunks::<128>().0 {
        comma(text, &mut is_first);
        let mut words = info.as_chunks::<4>().0.iter().map(|word| u32::from_ne_bytes(*word));
        let mut next = || words.next().unwrap_or(0);
        let (signal, errno, code, pid, user) = (next(), next(), next(), next(), next());
        text.push(b"{ssi_signo=");
        push_signal(text, signal);
        text.push(b", ssi_errno=");
        decimal::push(text, u64::from(errno));
        text.push(b", ssi_code=");
        match (signal, code) {
            (_, 0) => text.push(b"SI_USER"),
            (constant::SIGCHLD, _) => name(text, SIGNAL_CODES, u64::from(code)),
            _ => signed(text, i64::from(code as i32)),
        }
        text.push(b", ssi_pid=");
        decimal::push(text, u64::from(pid));
        text.push(b", ssi_uid=");
        decimal::push(text, u64::from(user));
        text.push(b", ...}");
    }
    text.push_byte(b']');
}

/// What epoll(7) is to tell of a descriptor.
pub fn epoll_change(text: &mut Buffer, view: &View, place: usize) {
    push_epoll_events(text, view.bytes(place, size_of::<epoll_event>()));
}

pub fn epoll_events(text: &mut Buffer, view: &View, place: usize) {
    let Some(count) = view.result() else { return pointer(text, view, place) };
    text.push_byte(b'[');
    push_epoll_events(text, view.bytes(place, count * size_of::<epoll_event>()));
    text.push_byte(b']');
}

/// The struct has no padding on x86_64.
fn push_epoll_events(text: &mut Buffer, bytes: &[u8]) {
    let mut is_first = true;
    for event in bytes.as_chunks::<{ size_of::<epoll_event>() }>().0 {
        let events = event.first_chunk().map_or(0, |bits| u32::from_ne_bytes(*bits));
        let data = event.last_chunk().map_or(0, |data| u64::from_ne_bytes(*data));
        comma(text, &mut is_first);
        text.push(b"{events=");
        flags(text, EPOLL_EVENTS, u64::from(events));
        text.push(b", data={u32=");
        decimal::push(text, data & 0xffff_ffff);
        text.push(b", u64=");
        decimal::push(text, data);
        text.push(b"}}");
    }
}
