//! How often each call was made, and how long all of them took, in all processes.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::{ptr, slice};

use svcd::text::{Buffer, decimal};

use super::line::push_seconds;
use super::output::Output;
use super::own;
use crate::sys::errno::Failure;
use crate::sys::os;

/// One for each call, in the order of the table; in memory that all processes share.
pub struct Counts(&'static [Count]);

struct Count {
    calls: AtomicU64,
    errors: AtomicU64,
    nanos: AtomicU64,
}

impl Counts {
    pub const NONE: Counts = Counts(&[]);

    pub fn new() -> Result<Counts, Failure> {
        let len = os::trace::SIGNATURES.len();
        let address = own::map_shared(len * size_of::<Count>()).map_err(|errno| errno.of("mmap"))?;
        let first = ptr::with_exposed_provenance(address);
        // SAFETY: mmap gave so many zeroed bytes at least, aligned to a page, that
        // nothing else points to and nobody unmaps; all touch them as atomics only.
        Ok(Counts(unsafe { slice::from_raw_parts(first, len) }))
    }

    /// Counts a call that took so many nanoseconds.
    pub fn count(&self, number: usize, nanos: u64, is_error: bool) {
        let place = os::trace::SIGNATURES.iter().position(|signature| signature.call as usize == number);
        if let Some(count) = place.and_then(|place| self.0.get(place)) {
            count.calls.fetch_add(1, Relaxed);
            count.errors.fetch_add(is_error.into(), Relaxed);
            count.nanos.fetch_add(nanos, Relaxed);
        }
    }
}

const HEAD: &[u8] = b"% time     seconds  usecs/call     calls    errors syscall\n";
const RULE: &[u8] = b"------ ----------- ----------- --------- --------- ----------------\n";

/// Writes the table, what took longest first.
pub fn tell(counts: &Counts, output: &Output) {
    if counts.0.is_empty() {
        return;
    }
    let sum =
        |of: fn(&Count) -> &AtomicU64| counts.0.iter().map(|count| of(count).load(Relaxed)).sum::<u64>();
    let all = [sum(|count| &count.calls), sum(|count| &count.errors), sum(|count| &count.nanos)];
    output.put(HEAD);
    output.put(RULE);
    let mut below = (u64::MAX, usize::MAX);
    // The next one each time: there are few, and this happens once.
    while let Some((nanos, place)) = next(counts, below) {
        below = (nanos, place);
        let found = counts.0.get(place).zip(os::trace::SIGNATURES.get(place));
        if let Some((count, signature)) = found {
            let own = [count.calls.load(Relaxed), count.errors.load(Relaxed), nanos];
            row(output, own, all, signature.name);
        }
    }
    output.put(RULE);
    row(output, all, all, "total");
}

/// The call with the most time below that of `below`; of two with the same, the one
/// that is later in the table first.
fn next(counts: &Counts, below: (u64, usize)) -> Option<(u64, usize)> {
    let made = counts.0.iter().enumerate().filter(|(_, count)| count.calls.load(Relaxed) > 0);
    made.map(|(place, count)| (count.nanos.load(Relaxed), place)).filter(|own| *own < below).max()
}

fn row(output: &Output, [calls, errors, nanos]: [u64; 3], [.., all]: [u64; 3], name: &str) {
    let mut room = [0; 160];
    let mut text = Buffer::new(&mut room);
    // In hundredths of a percent.
    let share = (u128::from(nanos) * 10_000 / u128::from(all.max(1))) as u64;
    padded(&mut text, share / 100, 3);
    text.push_byte(b'.');
    decimal::push_padded(&mut text, share % 100, 2);
    push_seconds(&mut text, nanos / 1000, 5);
    padded(&mut text, nanos / 1000 / calls.max(1), 12);
    padded(&mut text, calls, 10);
    match errors {
        0 => text.push(b"          "),
        _ => padded(&mut text, errors, 10),
    }
    text.push_byte(b' ');
    text.push(name.as_bytes());
    text.push_byte(b'\n');
    output.put(text.bytes());
}

/// With spaces in front, so many characters in all.
fn padded(text: &mut Buffer, value: u64, width: usize) {
    let digits = value.checked_ilog10().unwrap_or(0) as usize + 1;
    (digits..width).for_each(|_| text.push_byte(b' '));
    decimal::push(text, value);
}
