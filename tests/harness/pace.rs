//! How much a test does and how long it waits.

use std::env;
use std::io::Write;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::program::Program;

static FACTOR: LazyLock<f64> = LazyLock::new(|| match env::var("SVCD_SCALE") {
    Ok(text) => text.parse().unwrap_or_else(|_| panic!("SVCD_SCALE={text} is not a number")),
    Err(_) if Program::chosen().is_emulated() => 0.2,
    Err(_) => 1.0,
});

static DEADLINE: LazyLock<Duration> = LazyLock::new(|| match env::var("SVCD_DEADLINE") {
    Ok(text) => Duration::from_secs(text.parse().expect("SVCD_DEADLINE is a number of seconds")),
    Err(_) => Duration::from_secs(30),
});

/// `count`, made smaller where the program runs slowly; never 0.
pub fn scale(count: usize) -> usize {
    ((count as f64 * *FACTOR) as usize).max(1)
}

/// Whether a row of a table of many like it is tried: where the program is much slower,
/// that is one of several, and of 1 in 20 one of four.
pub fn is_tried(row: usize) -> bool {
    row.is_multiple_of(((1.0 / *FACTOR).sqrt() as usize).max(1))
}

/// PATH_MAX of the system that the program runs on, with the NUL.
pub fn path_max() -> usize {
    match env::var("SVCD_PATH_MAX") {
        Ok(text) => text.parse().expect("SVCD_PATH_MAX is a number of bytes"),
        Err(_) if cfg!(target_os = "macos") => 1024,
        Err(_) => 4096,
    }
}

/// After this long, whatever was waited for has failed to happen.
pub fn deadline() -> Duration {
    *DEADLINE
}

/// Asks again and again until there is an answer; for things that send no event.
pub fn until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < end, "waited {} s for this: {what}", deadline().as_secs());
        thread::sleep(Duration::from_millis(2));
    }
}

/// Tells the person who runs the tests something. `println!` would be swallowed
/// by the test runner, and a skipped test must not look like one that passed.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Notes why the calling test (or a part of it) did nothing.
pub fn skip(what: &str, why: &str) {
    note(&format!("SKIPPED {what}: {why}"));
}
