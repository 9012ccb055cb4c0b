//! Clocks.

use super::os;

/// Seconds since 1970, UTC.
pub fn now() -> u64 {
    os::realtime()
}

/// Milliseconds of a clock that only goes forward, for deadlines.
pub fn monotonic() -> u64 {
    os::monotonic()
}
