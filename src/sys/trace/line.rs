//! One call as one line.

use core::ops::Range;

use svcd::text::{Buffer, decimal};

use super::Signature;
use super::show::{Argument, pointer};
use super::view::View;
use crate::sys::os;
use svcd::trace::{flags, name, signed};

/// Bytes of the longest line: a call with two paths of 4096 bytes, each of them as up to
/// four characters.
pub const LENGTH: usize = 36 * 1024;

/// The column of the result.
const COLUMN: usize = 40;

/// A line that is being written. It is in two parts: what is known before the call, and
/// what it has brought.
pub struct Line {
    room: [u8; LENGTH],
    len: usize,
    number: usize,
    /// How many arguments are there by now.
    shown: usize,
    /// Where the name begins, and where it ends.
    pub name: Range<usize>,
    /// Where the arguments end that were shown before the call.
    half: usize,
    /// The result.
    pub result: Range<usize>,
    pub is_error: bool,
}

impl Line {
    pub const EMPTY: Line = Line {
        room: [0; LENGTH],
        len: 0,
        number: 0,
        shown: 0,
        name: 0..0,
        half: 0,
        result: 0..0,
        is_error: false,
    };

    pub fn text(&self) -> &[u8] {
        self.room.get(..self.len).unwrap_or_default()
    }

    pub fn number(&self) -> usize {
        self.number
    }

    /// Appends what `write` writes; what does not fit is left out.
    fn push(&mut self, write: impl FnOnce(&mut Buffer)) {
        // Room for what a line ends with.
        let room = self.room.get_mut(self.len..LENGTH - 64).unwrap_or_default();
        let mut text = Buffer::new(room);
        write(&mut text);
        self.len += text.len();
    }

    /// Writes the process, the microseconds since the call before if they are wanted,
    /// the name, and the arguments up to the first one that the call writes to.
    pub fn begin(&mut self, signature: &Signature, view: &mut View, (pid, since): (i32, Option<u64>)) {
        self.len = 0;
        self.number = signature.call as usize;
        self.shown = 0;
        self.push(|text| {
            decimal::push(text, pid.unsigned_abs().into());
            while text.len() < 5 {
                text.push_byte(b' ');
            }
            text.push_byte(b' ');
            if let Some(micros) = since {
                push_seconds(text, micros, 6);
                text.push_byte(b' ');
            }
        });
        let start = self.len;
        self.push(|text| text.push(signature.name.as_bytes()));
        self.name = start..self.len;
        self.push(|text| text.push_byte(b'('));
        for (place, argument) in signature.arguments.iter().enumerate() {
            // A length stands behind what it is the length of.
            if let Argument::InOut(size, _) = argument {
                view.entered = match size {
                    4 => view.half(place).unwrap_or(0) as usize,
                    _ => view.words::<1>(place).map_or(0, |[word]| word as usize),
                };
            }
        }
        for (place, argument) in signature.arguments.iter().enumerate() {
            if matches!(argument, Argument::Out(_) | Argument::InOut(..)) {
                break;
            }
            self.argument(argument, view, place);
        }
        self.half = self.len;
    }

    /// Writes the arguments that are left.
    pub fn arguments(&mut self, signature: &Signature, view: &View, shows_signals: bool) {
        for (place, argument) in signature.arguments.iter().enumerate().skip(self.shown) {
            let is_infos = shows_signals && place == 1 && view.result().is_some();
            let infos = Argument::Out(os::trace::signal_infos);
            self.argument(if is_infos { &infos } else { argument }, view, place);
        }
    }

    fn argument(&mut self, argument: &Argument, view: &View, place: usize) {
        let is_shown = matches!(argument, Argument::Shown);
        if place > 0 && !is_shown {
            self.push(|text| text.push(b", "));
        }
        self.push(|text| match argument {
            Argument::In(show) | Argument::Out(show) | Argument::InOut(_, show) => show(text, view, place),
            Argument::Name(names) => name(text, names, u64::from(view.argument(place) as u32)),
            Argument::Flags(names) => flags(text, names, u64::from(view.argument(place) as u32)),
            Argument::Shown => {}
        });
        self.shown = place + 1;
    }

    /// Takes back the end of a line that was written before its call.
    pub fn reopen(&mut self) {
        self.len = self.half;
    }

    /// Writes the result, or what stands for it, and the microseconds that it took.
    pub fn end(&mut self, view: &View, instead: &[u8], took: Option<u64>) {
        self.push(|text| text.push_byte(b')'));
        let column = COLUMN.saturating_sub(self.len);
        self.push(|text| (0..column.max(1)).for_each(|_| text.push_byte(b' ')));
        self.push(|text| text.push(b"= "));
        let start = self.len;
        let number = self.number;
        self.is_error = false;
        match view.outcome() {
            _ if !instead.is_empty() => self.push(|text| text.push(instead)),
            None => self.push(|text| text.push(b"?")),
            Some(Err(errno)) => {
                self.is_error = true;
                self.push(|text| push_error(text, errno.number()));
            }
            Some(Ok(result)) if number == os::Call::mmap as usize => {
                let address = View::new([result, 0, 0, 0, 0, 0], 0);
                self.push(|text| pointer(text, &address, 0));
            }
            Some(Ok(result)) => self.push(|text| {
                signed(text, result as i64);
                os::trace::push_more(text, number, view);
            }),
        }
        self.result = start..self.len;
        let is_cut = self.len >= LENGTH - 128;
        let room = self.room.get_mut(self.len..).unwrap_or_default();
        let mut text = Buffer::new(room);
        if is_cut {
            text.push(b"...");
        }
        if let Some(micros) = took {
            text.push(b" <");
            push_seconds(&mut text, micros, 0);
            text.push_byte(b'>');
        }
        text.push_byte(b'\n');
        self.len += text.len();
    }
}

/// `-1 ENOENT (No such file or directory)`
fn push_error(text: &mut Buffer, number: usize) {
    text.push(b"-1 ");
    let mut lines = svcd::text::split(os::trace::ERRORS.as_bytes(), b'\n');
    match lines.nth(number.wrapping_sub(1)).and_then(|line| svcd::text::split_once(line, b' ')) {
        Some((name, meaning)) => {
            text.push(name);
            text.push(b" (");
            text.push(meaning);
            text.push_byte(b')');
        }
        None => {
            text.push(b"ERRNO_");
            decimal::push(text, number as u64);
        }
    }
}

/// With six digits of a second, and as many spaces in front as `width` asks for.
pub fn push_seconds(text: &mut Buffer, micros: u64, width: usize) {
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    let mut power = 10u64;
    for _ in 1..width {
        if seconds < power {
            text.push_byte(b' ');
        }
        power = power.saturating_mul(10);
    }
    decimal::push(text, seconds);
    text.push_byte(b'.');
    decimal::push_padded(text, rest, 6);
}
