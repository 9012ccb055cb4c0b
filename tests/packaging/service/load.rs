//! Clients that ask all the time, and count what goes wrong.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use svcd_tests::Connection;
use svcd_tests::asking::asking;

const CLIENTS: usize = 4;

/// One request over a connection of its own.
pub fn get(address: SocketAddr, target: &str) -> Result<svcd_tests::Response, String> {
    let mut connection = Connection::try_open(address).map_err(|error| format!("connect: {error}"))?;
    let request = asking("GET", target, &[]);
    connection.try_send(&request).map_err(|error| format!("send: {error}"))?;
    connection.answer(&request)
}

/// Asks for `target` from several threads, each of which begins with `enter`, as long as
/// `meanwhile` takes. How many answers there were; all of them are 200.
pub fn during(
    address: SocketAddr,
    target: &str,
    enter: impl Fn() + Sync,
    meanwhile: impl FnOnce(&AtomicUsize),
) -> usize {
    let (good, over, bad) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(Vec::new()));
    let client = || {
        enter();
        while !over.load(Ordering::Relaxed) {
            match get(address, target).and_then(|answer| answer.is(200)) {
                Ok(()) => drop(good.fetch_add(1, Ordering::Relaxed)),
                Err(why) => bad.lock().expect("no holder panics").push(why),
            }
        }
    };
    thread::scope(|scope| {
        (0..CLIENTS).for_each(|_| drop(scope.spawn(client)));
        let end = Over(&over);
        meanwhile(&good);
        drop(end);
    });
    let bad = bad.into_inner().expect("no holder panics");
    assert!(bad.is_empty(), "{} of {} failed: {:?}", bad.len(), good.load(Ordering::Relaxed), bad.first());
    good.into_inner()
}

/// Sets it when dropped: also if a check fails meanwhile.
pub struct Over<'a>(pub &'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits until so many more answers have come.
pub fn wait_for(good: &AtomicUsize, more: usize) {
    let wanted = good.load(Ordering::Relaxed) + more;
    svcd_tests::until("answers", || (good.load(Ordering::Relaxed) >= wanted).then_some(()));
}
