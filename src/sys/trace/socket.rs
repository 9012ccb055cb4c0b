//! How arguments of sockets are shown, and of what waits for them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use svcd::text::{Buffer, address, decimal};
use svcd::trace::{Names, flags, name, quote, signed};

use super::show::{Argument, comma, pointer};
use super::view::View;
use crate::sys::os::trace::{FAMILIES, OF_IPV6, OF_SOCKET, OF_TCP};
use crate::sys::os::{self, constant};

pub const SOCKADDR: Argument = Argument::In(sockaddr_in);
pub const SOCKADDR_OUT: Argument = Argument::Out(sockaddr_out);
pub const LENGTH: Argument = Argument::InOut(4, length);

/// The next argument is its length.
fn sockaddr_in(text: &mut Buffer, view: &View, place: usize) {
    sockaddr(text, view.bytes(place, view.argument(place + 1)));
}

/// The next argument points to its length, which is perhaps more than there was room
/// for.
fn sockaddr_out(text: &mut Buffer, view: &View, place: usize) {
    let length = view.half(place + 1).filter(|_| view.result().is_some());
    match length {
        Some(length) => sockaddr(text, view.bytes(place, (length as usize).min(view.entered))),
        None => pointer(text, view, place),
    }
}

/// The room that there was, and what was needed of it.
fn length(text: &mut Buffer, view: &View, place: usize) {
    let Some(length) = view.half(place) else { return text.push(b"NULL") };
    text.push_byte(b'[');
    decimal::push(text, view.entered as u64);
    if view.entered != length as usize {
        text.push(b" => ");
        decimal::push(text, u64::from(length));
    }
    text.push_byte(b']');
}

fn sockaddr(text: &mut Buffer, bytes: &[u8]) {
    let Some((begin, rest)) = bytes.split_first_chunk::<2>() else { return text.push(b"{}") };
    let family = os::family_of(*begin);
    text.push(b"{sa_family=");
    name(text, FAMILIES, u64::from(family));
    let port = rest.first_chunk().map_or(0, |port| u16::from_be_bytes(*port));
    let v4 = rest.get(2..).and_then(|rest| rest.first_chunk::<4>());
    let v6 = rest.get(6..).and_then(|rest| rest.first_chunk::<16>());
    match (family, v4, v6) {
        (constant::AF_INET, Some(v4), _) => {
            text.push(b", sin_port=htons(");
            decimal::push(text, u64::from(port));
            text.push(b"), sin_addr=inet_addr(\"");
            address::push(text, &IpAddr::V4(Ipv4Addr::from(*v4)));
            text.push(b"\")");
        }
        (constant::AF_INET6, Some(flow), Some(v6)) => {
            text.push(b", sin6_port=htons(");
            decimal::push(text, u64::from(port));
            text.push(b"), sin6_flowinfo=htonl(");
            decimal::push(text, u64::from(u32::from_be_bytes(*flow)));
            text.push(b"), inet_pton(AF_INET6, \"");
            address::push(text, &IpAddr::V6(Ipv6Addr::from(*v6)));
            text.push(b"\", &sin6_addr), sin6_scope_id=");
            let scope = rest.get(22..).and_then(|rest| rest.first_chunk::<4>());
            decimal::push(text, u64::from(scope.map_or(0, |scope| u32::from_ne_bytes(*scope))));
        }
        (constant::AF_UNIX, ..) => unix_path(text, rest),
        _ => {}
    }
    text.push_byte(b'}');
}

fn unix_path(text: &mut Buffer, path: &[u8]) {
    match path {
        [] => {}
        // A name that is no file's: unix(7).
        [0, name @ ..] => {
            text.push(b", sun_path=@");
            quote(text, name, name.len());
        }
        _ => {
            text.push(b", sun_path=");
            let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
            quote(text, path, path.len());
        }
    }
}

/// The name of an option, which its level decides.
pub fn option_name(text: &mut Buffer, view: &View, place: usize) {
    let names = match view.argument(1) as u32 {
        constant::IPPROTO_TCP => OF_TCP,
        constant::IPPROTO_IPV6 => OF_IPV6,
        _ => OF_SOCKET,
    };
    name(text, names, u64::from(view.argument(place) as u32));
}

/// An option and its value: a number, two, or bytes.
pub fn option(text: &mut Buffer, view: &View, place: usize) {
    let (level, option) = (view.argument(1) as u32, view.argument(place) as u32);
    option_name(text, view, place);
    text.push(b", ");
    let value = view.bytes(3, view.argument(4));
    match value.as_chunks::<4>() {
        ([value], []) => {
            text.push_byte(b'[');
            signed(text, i64::from(i32::from_ne_bytes(*value)));
            text.push_byte(b']');
        }
        ([on, time], []) if level == constant::SOL_SOCKET && option == constant::SO_LINGER => {
            text.push(b"{l_onoff=");
            signed(text, i64::from(i32::from_ne_bytes(*on)));
            text.push(b", l_linger=");
            signed(text, i64::from(i32::from_ne_bytes(*time)));
            text.push_byte(b'}');
        }
        _ => quote(text, value, view.limit),
    }
}

/// The number that the call has brought.
pub fn number(text: &mut Buffer, view: &View, place: usize) {
    let Some(number) = view.result().and_then(|_| view.half(place)) else {
        return pointer(text, view, place);
    };
    text.push_byte(b'[');
    signed(text, i64::from(number as i32));
    text.push_byte(b']');
}

/// pollfd: what is waited for, of as many as the next argument says.
pub fn polled(text: &mut Buffer, view: &View, place: usize) {
    if view.argument(place) == 0 || view.argument(place + 1) == 0 {
        return text.push(if view.argument(place) == 0 { &b"NULL"[..] } else { b"[]" });
    }
    push_polled(text, view, place, false);
}

/// The same, or what has come of it.
pub fn push_polled(text: &mut Buffer, view: &View, place: usize, is_result: bool) {
    text.push_byte(b'[');
    let mut is_first = true;
    let (entries, _) = view.bytes(place, 8 * view.argument(place + 1)).as_chunks::<8>();
    for [f0, f1, f2, f3, w0, w1, g0, g1] in entries {
        let fd = i32::from_ne_bytes([*f0, *f1, *f2, *f3]);
        let (wanted, got) = (u16::from_ne_bytes([*w0, *w1]), u16::from_ne_bytes([*g0, *g1]));
        if is_result && (fd < 0 || got == 0) {
            continue;
        }
        comma(text, &mut is_first);
        text.push(b"{fd=");
        signed(text, i64::from(fd));
        if fd >= 0 {
            text.push(if is_result { &b", revents="[..] } else { b", events=" });
            flags(text, POLL, u64::from(if is_result { got } else { wanted }));
        }
        text.push_byte(b'}');
    }
    text.push_byte(b']');
}

// poll(2) has the same bits on every system.
const POLL: Names =
    &[(1, "POLLIN"), (2, "POLLPRI"), (4, "POLLOUT"), (8, "POLLERR"), (16, "POLLHUP"), (32, "POLLNVAL")];
