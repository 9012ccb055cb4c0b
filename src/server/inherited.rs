//! Sockets that the server was started with: by a service manager (sd_listen_fds(3)),
//! or by itself, when it made way for a newer program.

use svcd::limits;
use svcd::text::{Buffer, List, decimal, split};

use crate::sys::{Environment, process};

/// Numbers of descriptors, with commas between them, that the server gives to its
/// successor: the sockets in their order, those of a service manager first.
const OWN: &[u8] = b"SVCD_SOCKETS";

/// Set where it is only to be seen whether the server would start.
const TRIAL: &[u8] = b"SVCD_TRIAL";

/// `SVCD_TRIAL=1`.
pub const FOR_TRIAL: &core::ffi::CStr = c"SVCD_TRIAL=1";

/// Where a service manager's descriptors begin.
const FIRST: u32 = 3;

pub struct Inherited {
    /// In the order of [`OWN`].
    pub sockets: List<u32, { limits::BINDS }>,
    /// They come from the server itself, with those of --bind among them.
    pub is_successor: bool,
    /// The server is not to serve.
    pub is_trial: bool,
}

impl Inherited {
    pub fn of(environment: Environment) -> Inherited {
        let mut sockets = List::new();
        let own = environment.get(OWN);
        if let Some(own) = own {
            split(own, b',').filter_map(number).for_each(|number| {
                let _ = sockets.push(number);
            });
        } else if environment
            .get(b"LISTEN_PID")
            .and_then(number)
            .is_some_and(|pid| pid == process::id() as u32)
        {
            let count = environment.get(b"LISTEN_FDS").and_then(number).unwrap_or(0);
            for place in 0..count.min(limits::BINDS as u32) {
                let _ = sockets.push(FIRST + place);
            }
        }
        Inherited { sockets, is_successor: own.is_some(), is_trial: environment.get(TRIAL).is_some() }
    }
}

/// `SVCD_SOCKETS=3,4` with a NUL.
pub fn push_sockets(line: &mut Buffer, numbers: impl Iterator<Item = i32>) {
    line.push(OWN);
    for (place, number) in numbers.enumerate() {
        line.push(if place == 0 { b"=" } else { b"," });
        decimal::push(line, u64::from(number.unsigned_abs()));
    }
    line.push(b"\0");
}

fn number(text: &[u8]) -> Option<u32> {
    decimal::parse(text).and_then(|number| u32::try_from(number).ok())
}
