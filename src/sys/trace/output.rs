//! Where lines go.

use svcd::text::Buffer;
use svcd::trace::{Color, Settings};

use super::line::{LENGTH, Line};
use super::own;
use crate::sys::errno::{Errno, Failure};
use crate::sys::os;

/// The number that the descriptor has, or a higher one: above those that the server
/// uses, which so have the numbers that they have without the trace; below the limit
/// that processes have on Darwin. And what it is tried with where that is lower.
const NUMBERS: [u32; 3] = [200, 50, 10];

pub struct Output {
    /// -1: none.
    descriptor: i32,
    has_color: bool,
}

const BOLD: &[u8] = b"\x1b[1m";
const RED: &[u8] = b"\x1b[31m";
const GREEN: &[u8] = b"\x1b[32m";
const PLAIN: &[u8] = b"\x1b[0m";

impl Output {
    pub const NONE: Output = Output { descriptor: -1, has_color: false };

    /// Opens the file, or takes a name of its own for standard error. It is closed on
    /// exec.
    pub fn open(settings: &Settings) -> Result<Output, Failure> {
        let opened = match settings.output {
            Some(path) => own::open_append(path).map_err(|errno| errno.of("openat"))?,
            None => 2,
        };
        let mut own = Err(Errno::EBADF);
        for least in NUMBERS {
            own = own.or_else(|_| own::duplicate(opened, least));
        }
        if settings.output.is_some() {
            own::close(opened);
        }
        let descriptor = own.map_err(|errno| errno.of("fcntl"))?;
        let has_color = match settings.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => os::trace::is_terminal(descriptor),
        };
        Ok(Output { descriptor, has_color })
    }

    pub fn descriptor(&self) -> Option<u32> {
        u32::try_from(self.descriptor).ok()
    }

    /// Writes a line; false: nobody reads any.
    pub fn write(&self, line: &Line) -> bool {
        if !self.has_color {
            return self.put(line.text());
        }
        let mut room = [0; 2048];
        let mut text = Buffer::new(&mut room);
        let part = |from: usize, to: usize| line.text().get(from..to).unwrap_or_default();
        text.push(part(0, line.name.start));
        text.push(BOLD);
        text.push(part(line.name.start, line.name.end));
        text.push(PLAIN);
        text.push(part(line.name.end, line.result.start));
        text.push(if line.is_error { RED } else { GREEN });
        text.push(part(line.result.start, line.result.end));
        text.push(PLAIN);
        text.push(part(line.result.end, LENGTH.min(line.text().len())));
        // One that is too long for that goes without.
        self.put(if text.overflowed() { line.text() } else { text.bytes() })
    }

    pub fn put(&self, bytes: &[u8]) -> bool {
        own::write(self.descriptor, bytes) != Err(Errno::EPIPE)
    }
}
