//! How arguments are shown that only Darwin has, or has otherwise.

use core::ffi::CStr;

use svcd::text::{Buffer, decimal};
use svcd::trace::{flags, name, quote, signed};

use super::super::layout::{Kevent, Stat};
use super::super::table::Call;
use super::names::*;
use crate::sys::os::constant;
use crate::sys::trace::show::{
    comma, int, pointer, push_open_flags, push_signal, push_signals, push_stat, push_time,
};
use crate::sys::trace::socket::push_polled;
use crate::sys::trace::view::View;

/// What stands behind a result: what was polled, the second register of pipe(2).
pub fn push_more(text: &mut Buffer, number: usize, view: &View) {
    if number == Call::pipe as usize {
        text.push_byte(b' ');
        decimal::push(text, view.second() as u64);
    } else if number == Call::poll as usize && view.result() == Some(0) {
        text.push(b" (Timeout)");
    } else if number == Call::poll as usize {
        text.push(b" (");
        push_polled(text, view, 0, true);
        text.push_byte(b')');
    }
}

/// There is no signalfd.
pub fn signal_infos(text: &mut Buffer, view: &View, place: usize) {
    pointer(text, view, place);
}

pub fn timeout(text: &mut Buffer, view: &View, place: usize) {
    match view.words(place) {
        Some([seconds, nanos]) => push_time(text, seconds as i64, "tv_nsec", nanos as i64),
        None => text.push(b"NULL"),
    }
}

/// The second part has 32 bits.
pub fn timeval(text: &mut Buffer, view: &View, place: usize) {
    match view.result().and_then(|_| view.words(place)) {
        Some([seconds, micros]) => push_time(text, seconds as i64, "tv_usec", i64::from(micros as i32)),
        None => pointer(text, view, place),
    }
}

/// A path is there only when the call has come back.
pub fn command_argument(text: &mut Buffer, view: &View, place: usize) {
    let value = view.argument(place) as u64;
    match view.argument(1) as u32 {
        constant::F_SETFD => flags(text, DESCRIPTOR, value),
        constant::F_SETFL => push_open_flags(text, value),
        constant::F_GETPATH if view.result().is_some() => {
            let path = CStr::from_bytes_until_nul(view.bytes(place, constant::MAXPATHLEN));
            let path = path.map_or(&b""[..], CStr::to_bytes);
            quote(text, path, path.len());
        }
        constant::F_GETPATH => pointer(text, view, place),
        _ => int(text, view, place),
    }
}

pub fn stat(text: &mut Buffer, view: &View, place: usize) {
    // SAFETY: the struct has integers only.
    let stat = view.result().and_then(|_| unsafe { view.at::<Stat>(place) });
    let Some(stat) = stat else { return pointer(text, view, place) };
    // bsd/sys/types.h: the major number is the highest byte.
    let device = stat.st_rdev.cast_unsigned();
    push_stat(text, stat.mode(), stat.size(), Some((device >> 24, device & 0xff_ffff)));
}

/// Of records there is how many bytes.
pub fn entries(text: &mut Buffer, view: &View, place: usize) {
    pointer(text, view, place);
    if let Some(len) = view.result() {
        text.push(b" /* ");
        decimal::push(text, len as u64);
        text.push(b" bytes */");
    }
}

/// The times, of all that is in it.
pub fn usage(text: &mut Buffer, view: &View, place: usize) {
    let words = view.result().and_then(|_| view.words(place));
    let Some([user, user_micros, system, system_micros]) = words else { return pointer(text, view, place) };
    text.push(b"{ru_utime=");
    push_time(text, user as i64, "tv_usec", i64::from(user_micros as i32));
    text.push(b", ru_stime=");
    push_time(text, system as i64, "tv_usec", i64::from(system_micros as i32));
    text.push(b", ...}");
}

pub fn changes(text: &mut Buffer, view: &View, place: usize) {
    push_events(text, view, place, view.argument(place + 1));
}

pub fn events(text: &mut Buffer, view: &View, place: usize) {
    match view.result() {
        Some(count) => push_events(text, view, place, count),
        None => pointer(text, view, place),
    }
}

fn push_events(text: &mut Buffer, view: &View, place: usize, count: usize) {
    text.push_byte(b'[');
    let mut is_first = true;
    let (events, _) = view.bytes(place, count * size_of::<Kevent>()).as_chunks::<8>();
    for [ident, what, data, udata] in events.as_chunks().0 {
        let [ident, data, udata] = [ident, data, udata].map(|word| u64::from_ne_bytes(*word));
        let [f0, f1, g0, g1, rest @ ..] = what;
        let (filter, bits) = (i16::from_ne_bytes([*f0, *f1]), u16::from_ne_bytes([*g0, *g1]));
        comma(text, &mut is_first);
        text.push(b"{ident=");
        match filter {
            constant::EVFILT_SIGNAL => push_signal(text, ident as u32),
            _ => decimal::push(text, ident),
        }
        text.push(b", filter=");
        match filter {
            constant::EVFILT_READ => text.push(b"EVFILT_READ"),
            constant::EVFILT_SIGNAL => text.push(b"EVFILT_SIGNAL"),
            _ => signed(text, i64::from(filter)),
        }
        text.push(b", flags=");
        flags(text, EVENTS, u64::from(bits));
        text.push(b", fflags=");
        decimal::push(text, u64::from(u32::from_ne_bytes(*rest)));
        text.push(b", data=");
        signed(text, data as i64);
        text.push(b", udata=");
        decimal::push(text, udata);
        text.push_byte(b'}');
    }
    text.push_byte(b']');
}

/// The bytes that there were to send, and those that were sent.
pub fn sent(text: &mut Buffer, view: &View, place: usize) {
    let [sent] = view.words(place).unwrap_or_default();
    text.push_byte(b'[');
    decimal::push(text, view.entered as u64);
    text.push(b"] => [");
    decimal::push(text, sent);
    text.push_byte(b']');
}

/// __user64_sigaction: handler, trampoline, mask and flags. The program sets no handler.
pub fn action(text: &mut Buffer, view: &View, place: usize) {
    let Some([handler, _, rest]) = view.words(place) else { return text.push(b"NULL") };
    text.push(b"{sa_handler=");
    name(text, &[(0, "SIG_DFL"), (1, "SIG_IGN")], handler);
    text.push(b", sa_mask=");
    push_signals(text, rest & 0xffff_ffff);
    text.push(b", sa_flags=");
    decimal::push(text, rest >> 32);
    text.push_byte(b'}');
}

pub fn signals(text: &mut Buffer, view: &View, place: usize) {
    match view.half(place) {
        Some(set) => push_signals(text, u64::from(set)),
        None => text.push(b"NULL"),
    }
}

/// rlimit: soft and hard.
pub fn limit(text: &mut Buffer, view: &View, place: usize) {
    let Some([soft, hard]) = view.words(place) else { return text.push(b"NULL") };
    text.push(b"{rlim_cur=");
    decimal::push(text, soft);
    text.push(b", rlim_max=");
    decimal::push(text, hard);
    text.push_byte(b'}');
}
