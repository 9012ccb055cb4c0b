//! What one request costs a server that has nothing else to do.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::running::Running;

/// Of each request.
pub struct Cost {
    /// Microseconds that half of the answers came within.
    pub time: f64,
    /// Microseconds of processor time, in the programs and in all; None where it cannot
    /// be counted.
    pub user: Option<f64>,
    pub cost: Option<f64>,
    /// Pages that had to be found or made; of processes that have ended only if their
    /// parents have waited for them.
    pub faults: Option<f64>,
}

/// As many requests as come in this time, but not more than [`MOST`].
const TIME: Duration = Duration::from_millis(700);
const MOST: usize = 3000;

/// Asks the same again and again, over one connection or over one for each.
pub fn measure(running: &Running, request: &[u8], is_kept: bool) -> Result<Cost, String> {
    let mut kept = Client::open(running.address)?;
    // What only the first one costs: a file that is read from the disk, a page that is made.
    kept.ask(request)?;
    let mut one = || {
        let begin = Instant::now();
        if is_kept { kept.ask(request) } else { Client::open(running.address)?.ask(request) }?;
        Ok::<_, String>(begin.elapsed().as_secs_f64() * 1e6)
    };
    one()?;
    let before = Counters::read(running);
    let end = Instant::now() + TIME;
    let mut times = Vec::new();
    while times.len() < MOST && (times.len() < 2 || Instant::now() < end) {
        times.push(one()?);
    }
    let after = Counters::read(running);
    times.sort_by(f64::total_cmp);
    let each = |of: fn(&Counters) -> Option<f64>| {
        of(&after).zip(of(&before)).map(|(after, before)| (after - before) / times.len() as f64)
    };
    Ok(Cost {
        time: times.get(times.len() / 2).copied().unwrap_or_default(),
        user: each(|counters| counters.user),
        cost: each(|counters| counters.all),
        faults: each(|counters| counters.faults),
    })
}

struct Counters {
    user: Option<f64>,
    all: Option<f64>,
    faults: Option<f64>,
}

impl Counters {
    fn read(running: &Running) -> Counters {
        // What is left to do behind the last answer is done.
        thread::sleep(Duration::from_millis(50));
        let microseconds = |seconds: Option<f64>| seconds.map(|seconds| seconds * 1e6);
        let faults = |processes: Vec<u32>| processes.into_iter().filter_map(faults).sum();
        Counters {
            user: microseconds(running.user_seconds()),
            all: microseconds(running.seconds()),
            faults: running.processes().map(faults),
        }
    }
}

/// Of a process and of its children that have ended, as in proc_pid_stat(5).
fn faults(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before it may have spaces.
    let (_, rest) = text.rsplit_once(") ")?;
    let count = |place| rest.split(' ').nth(place)?.parse::<f64>().ok();
    Some(count(7)? + count(8)?)
}
