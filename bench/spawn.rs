//! What a machine can reach at all: programs started one after the other, with no
//! server around them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::load::Sample;

pub const NAME: &str = "spawn alone";

/// On as many threads as there would be connections: posix_spawn(3), the output
/// read to its end, wait.
pub fn run(program: &Path, threads: usize, seconds: u64) -> Result<Sample, String> {
    let cost = consumed();
    let start = Instant::now();
    let end = start + Duration::from_secs(seconds);
    let one = || {
        let mut times = Vec::new();
        let mut command = Command::new(program);
        command.env_clear().env("REQUEST_METHOD", "GET").env("QUERY_STRING", "").stdin(Stdio::null());
        while Instant::now() < end {
            let before = Instant::now();
            command.output().map_err(|error| format!("{command:?}: {error}"))?;
            times.push(before.elapsed().as_secs_f64() * 1000.0);
        }
        Ok::<_, String>(times)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    let times: Result<Vec<Vec<f64>>, String> = results.into_iter().collect();
    let mut times = times?.concat();
    times.sort_by(f64::total_cmp);
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let cost = (consumed() - cost) * 1e6 / times.len().max(1) as f64;
    let requests = times.len() as u64;
    Ok(Sample { requests, rate, half: at(50), most: at(99), failures: 0, cost: Some(cost) })
}

/// Seconds of processor time of this process and of those it has waited for.
fn consumed() -> f64 {
    let usages = [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN].map(getrusage);
    let times = usages.iter().flatten().flat_map(|usage| [usage.user_time(), usage.system_time()]);
    times.map(|time| time.num_microseconds() as f64 / 1e6).sum()
}
