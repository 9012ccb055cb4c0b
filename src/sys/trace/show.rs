//! How arguments are shown that are the same on every system.

use svcd::text::{Buffer, decimal};
use svcd::trace::{Names, flags, hexadecimal, name, quote, signed};

use super::view::View;
use crate::sys::os::{self, constant};

/// Appends the argument of a call that is in this place.
pub type Show = fn(&mut Buffer, &View, usize);

/// How an argument is shown, and when.
#[derive(Clone, Copy)]
pub enum Argument {
    /// Before the call: it reads what is there.
    In(Show),
    /// When it has come back: it writes.
    Out(Show),
    /// So too; it overwrites a number of so many bytes.
    InOut(usize, Show),
    Name(Names),
    Flags(Names),
    /// The one before has shown it.
    Shown,
}

pub const INT: Argument = Argument::In(int);
pub const SIZE: Argument = Argument::In(size);
pub const WORD: Argument = Argument::In(word);
pub const ADDRESS: Argument = Argument::In(pointer);
pub const MODE: Argument = Argument::In(mode);
pub const FOLDER: Argument = Argument::In(folder);
pub const PATH: Argument = Argument::In(path);
pub const IN: Argument = Argument::In(bytes_in);
pub const OUT: Argument = Argument::Out(bytes_out);
pub const STATUS: Argument = Argument::Out(status);

/// Appends a comma, but in front of the first.
pub fn comma(text: &mut Buffer, is_first: &mut bool) {
    if !core::mem::replace(is_first, false) {
        text.push(b", ");
    }
}

pub fn int(text: &mut Buffer, view: &View, place: usize) {
    signed(text, i64::from(view.argument(place) as i32));
}

pub fn size(text: &mut Buffer, view: &View, place: usize) {
    decimal::push(text, view.argument(place) as u64);
}

fn word(text: &mut Buffer, view: &View, place: usize) {
    decimal::push(text, u64::from(view.argument(place) as u32));
}

pub fn pointer(text: &mut Buffer, view: &View, place: usize) {
    match view.argument(place) {
        0 => text.push(b"NULL"),
        address => hexadecimal(text, address as u64),
    }
}

fn mode(text: &mut Buffer, view: &View, place: usize) {
    octal(text, view.argument(place) as u32);
}

/// With three digits at least.
pub fn octal(text: &mut Buffer, value: u32) {
    let begin = text.len();
    if value > 0o77 {
        text.push_byte(b'0');
    }
    for shift in (0..11).rev() {
        let rest = value >> (3 * shift);
        if rest > 0 || shift < 3 || text.len() > begin + 1 {
            text.push_byte(b'0' + (rest & 7) as u8);
        }
    }
}

fn folder(text: &mut Buffer, view: &View, place: usize) {
    match view.argument(place) as i32 {
        constant::AT_FDCWD => text.push(b"AT_FDCWD"),
        number => signed(text, i64::from(number)),
    }
}

fn path(text: &mut Buffer, view: &View, place: usize) {
    match view.string(place) {
        Some(path) => quote(text, path, path.len()),
        None => text.push(b"NULL"),
    }
}

/// The next argument says how many.
fn bytes_in(text: &mut Buffer, view: &View, place: usize) {
    match view.argument(place) {
        0 => text.push(b"NULL"),
        _ => quote(text, view.bytes(place, view.argument(place + 1)), view.limit),
    }
}

/// The result says how many.
fn bytes_out(text: &mut Buffer, view: &View, place: usize) {
    match view.result() {
        Some(count) => quote(text, view.bytes(place, count), view.limit),
        None => pointer(text, view, place),
    }
}

/// As the macros of wait(2) take it apart.
fn status(text: &mut Buffer, view: &View, place: usize) {
    let status = view.half(place).filter(|_| view.result().is_some_and(|pid| pid != 0));
    let Some(status) = status else { return pointer(text, view, place) };
    match status & 0x7f {
        0 => {
            text.push(b"[{WIFEXITED(s) && WEXITSTATUS(s) == ");
            decimal::push(text, u64::from(status >> 8 & 0xff));
        }
        signal => {
            text.push(b"[{WIFSIGNALED(s) && WTERMSIG(s) == ");
            push_signal(text, signal);
            if status & 0x80 != 0 {
                text.push(b" && WCOREDUMP(s)");
            }
        }
    }
    text.push(b"}]");
}

/// `SIGTERM` and the like.
pub fn push_signal(text: &mut Buffer, signal: u32) {
    match os::trace::SIGNALS.get(signal as usize).filter(|name| !name.is_empty()) {
        Some(name) => {
            text.push(b"SIG");
            text.push(name.as_bytes());
        }
        None => decimal::push(text, u64::from(signal)),
    }
}

pub fn signal(text: &mut Buffer, view: &View, place: usize) {
    push_signal(text, view.argument(place) as u32);
}

/// A set of signals: their names without SIG.
pub fn push_signals(text: &mut Buffer, set: u64) {
    text.push_byte(b'[');
    let begin = text.len();
    for signal in (1..=64).filter(|signal| set >> (signal - 1) & 1 != 0) {
        if text.len() > begin {
            text.push_byte(b' ');
        }
        match os::trace::SIGNALS.get(signal).filter(|name| !name.is_empty()) {
            Some(name) => text.push(name.as_bytes()),
            None => decimal::push(text, signal as u64),
        }
    }
    text.push_byte(b']');
}

/// `{tv_sec=1, tv_nsec=2}`: the second name is that of the part.
pub fn push_time(text: &mut Buffer, seconds: i64, part_name: &str, part: i64) {
    text.push(b"{tv_sec=");
    signed(text, seconds);
    text.push(b", ");
    text.push(part_name.as_bytes());
    text.push_byte(b'=');
    signed(text, part);
    text.push_byte(b'}');
}

/// `open` takes a mode only with flags that make a file.
pub fn open_flags(text: &mut Buffer, view: &View, place: usize) {
    let value = view.argument(place) as u32;
    push_open_flags(text, u64::from(value));
    if value & os::trace::MAKES_A_FILE != 0 {
        text.push(b", ");
        mode(text, view, place + 1);
    }
}

pub fn push_open_flags(text: &mut Buffer, value: u64) {
    let access = value & 3;
    name(text, &[(0, "O_RDONLY"), (1, "O_WRONLY"), (2, "O_RDWR")], access);
    if value > access {
        text.push_byte(b'|');
        flags(text, os::trace::OPEN, value & !3);
    }
}

/// What fstat(2) says of a file: its kind and mode, and its size or its device.
pub fn push_stat(text: &mut Buffer, mode: u32, size: u64, device: Option<(u32, u32)>) {
    text.push(b"{st_mode=");
    name(text, KINDS, u64::from(mode & constant::S_IFMT));
    for (bit, name) in [(0o4000, "|S_ISUID"), (0o2000, "|S_ISGID"), (0o1000, "|S_ISVTX")] {
        if mode & bit != 0 {
            text.push(name.as_bytes());
        }
    }
    text.push_byte(b'|');
    octal(text, mode & 0o777);
    match device.filter(|_| matches!(mode & constant::S_IFMT, constant::S_IFCHR | 0o060000)) {
        Some((major, minor)) => {
            text.push(b", st_rdev=makedev(");
            hexadecimal(text, u64::from(major));
            text.push(b", ");
            hexadecimal(text, u64::from(minor));
            text.push_byte(b')');
        }
        None => {
            text.push(b", st_size=");
            decimal::push(text, size);
        }
    }
    text.push(b", ...}");
}

const KINDS: Names = &[
    (constant::S_IFREG, "S_IFREG"),
    (constant::S_IFDIR, "S_IFDIR"),
    (constant::S_IFCHR, "S_IFCHR"),
    (constant::S_IFIFO, "S_IFIFO"),
    (constant::S_IFSOCK, "S_IFSOCK"),
    (0o060000, "S_IFBLK"),
    (0o120000, "S_IFLNK"),
];

/// Strings that a program is executed with, as many as bytes of a buffer.
pub fn strings(text: &mut Buffer, view: &View, place: usize) {
    if view.argument(place) == 0 {
        return text.push(b"NULL");
    }
    text.push_byte(b'[');
    let mut is_first = true;
    for (count, string) in view.strings(place).enumerate() {
        comma(text, &mut is_first);
        if count == view.limit {
            text.push(b"...");
            break;
        }
        quote(text, string, view.limit);
    }
    text.push_byte(b']');
}

/// Of the variables there is only how many.
pub fn variables(text: &mut Buffer, view: &View, place: usize) {
    pointer(text, view, place);
    if view.argument(place) != 0 {
        text.push(b" /* ");
        let count = view.strings(place).count();
        decimal::push(text, count as u64);
        text.push(if count == 1 { &b" var */"[..] } else { b" vars */" });
    }
}

/// Numbers of 32 bits, as many as the argument before says.
pub fn groups(text: &mut Buffer, view: &View, place: usize) {
    text.push_byte(b'[');
    let mut is_first = true;
    let (groups, _) = view.bytes(place, 4 * view.argument(place - 1)).as_chunks::<4>();
    for group in groups {
        comma(text, &mut is_first);
        decimal::push(text, u64::from(u32::from_ne_bytes(*group)));
    }
    text.push_byte(b']');
}
