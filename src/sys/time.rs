//! Clocks.

use super::os;

/// Seconds since 1970, UTC.
pub fn now() -> u64 {
    os::realtime()
}

/// Waits so long.
pub fn sleep(milliseconds: u32) {
    let _ = os::poll(&mut [], Some(u64::from(milliseconds)));
}

/// Milliseconds, for deadlines: of a clock that only goes forward on Linux, of
/// the wall clock on Darwin.
pub fn monotonic() -> u64 {
    os::monotonic()
}
