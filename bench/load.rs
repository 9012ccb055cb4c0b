//! As many requests as a server answers, from a number of connections, for a
//! bounded time.
//!
//! wrk(1) asks over connections that are kept. For those of one request it is
//! ab(1): wrk opens two for each answer that has no length and so ends with its
//! connection, and the server would pay for both.

mod report;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cases::Case;
use crate::machine;
use crate::place::{Found, Place};
use crate::running::Running;

/// How the clients come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// At a time.
    pub connections: usize,
    /// Each connection for as many requests as the server allows, or for one.
    pub kept: bool,
}

impl Manner {
    pub fn name(&self) -> &'static str {
        if self.kept { "kept" } else { "closed" }
    }
}

/// What one load has measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// How many were answered.
    pub requests: u64,
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds that half of the answers, and 99 of 100, came within.
    pub half: f64,
    pub most: f64,
    /// Connections that failed or came to nothing, and answers that are not like the
    /// first, or no success.
    pub failures: u64,
    /// Microseconds of processor time for each, of the server and all that it runs.
    pub cost: Option<f64>,
}

/// The two programs, and how long they ask.
pub struct Load {
    wrk: Found,
    ab: Found,
    /// What ab writes beside its report.
    times: PathBuf,
    seconds: u64,
}

impl Load {
    pub fn new(place: &Place, seconds: u64) -> Result<Load, String> {
        let need = |name| place.find(name).ok_or(format!("no {name}: linker/setup.sh bench looks for it"));
        Ok(Load { wrk: need("wrk")?, ab: need("ab")?, times: place.folder().join("times.csv"), seconds })
    }

    pub fn versions(&self) -> [String; 2] {
        [machine::version(&self.wrk, &["-v"]), machine::version(&self.ab, &["-V"])]
    }

    /// `field`: a field line that each request has.
    pub fn run(
        &self,
        server: &Running,
        case: &Case,
        field: Option<&str>,
        manner: Manner,
    ) -> Result<Sample, String> {
        let before = server.seconds();
        let url = format!("http://{}{}", server.address, case.target);
        let mut sample = self.ask(&url, field, manner)?;
        // What was started for the last ones ends.
        thread::sleep(Duration::from_millis(20));
        let seconds = server.seconds().zip(before).map(|(after, before)| after - before);
        let seconds = seconds.filter(|_| sample.requests > 0);
        sample.cost = seconds.map(|seconds| seconds * 1e6 / sample.requests as f64);
        Ok(sample)
    }

    fn ask(&self, url: &str, field: Option<&str>, manner: Manner) -> Result<Sample, String> {
        let Manner { connections, kept } = manner;
        let mut command = if kept { self.wrk.command() } else { self.ab.command() };
        if kept {
            command.args(["-t1", "--latency", "--timeout", "5s", "-d", &self.seconds.to_string()]);
            command.args(["-c", &connections.to_string()]);
        } else {
            // A number behind the time, or it would be 50,000.
            command.args(["-q", "-s", "5", "-t", &self.seconds.to_string(), "-n", "1000000"]);
            command.args(["-c", &connections.to_string()]).arg("-e").arg(&self.times);
        }
        command.args(field.iter().flat_map(|field| ["-H", field]));
        let said = self.said(command.arg(url))?;
        let sample = if kept {
            report::of_wrk(&said)
        } else {
            let times = fs::read_to_string(&self.times).unwrap_or_default();
            // Who asks with a condition wants 304.
            report::of_ab(&said, &times, field.is_some())
        };
        sample.ok_or_else(|| format!("{command:?} said {said:?}"))
    }

    /// The standard output of a command that ends, if not by itself.
    fn said(&self, command: &mut Command) -> Result<String, String> {
        let started = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut child = started.map_err(|error| format!("{command:?}: {error}"))?;
        let end = Instant::now() + Duration::from_secs(self.seconds + 10);
        // The report fits into the pipe.
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > end {
                let _ = child.kill();
            }
            thread::sleep(Duration::from_millis(5));
        }
        let output = child.wait_with_output().map_err(|error| format!("{command:?}: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
