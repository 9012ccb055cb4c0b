//! How long something takes, again and again.

use std::time::{Duration, Instant};

pub struct Times {
    /// In microseconds, the smallest first.
    sorted: Vec<f64>,
}

impl Times {
    pub const TITLES: &str =
        "what                                             requests      p50      p99      max";

    /// Does it for so long, with a moment's pause each time, as people do.
    pub fn of(time: Duration, mut work: impl FnMut() -> Result<(), String>) -> Result<Times, String> {
        let end = Instant::now() + time;
        let mut sorted = Vec::new();
        while Instant::now() < end {
            let start = Instant::now();
            work()?;
            sorted.push(start.elapsed().as_secs_f64() * 1e6);
            std::thread::sleep(Duration::from_micros(500));
        }
        sorted.sort_by(f64::total_cmp);
        Ok(Times { sorted })
    }

    /// What so many percent stay below.
    fn percentile(&self, percent: usize) -> f64 {
        let place = (self.sorted.len() * percent / 100).min(self.sorted.len().saturating_sub(1));
        self.sorted.get(place).copied().unwrap_or(f64::NAN)
    }

    pub fn p99(&self) -> f64 {
        self.percentile(99)
    }

    pub fn row(&self, what: &str) -> String {
        let (count, most) = (self.sorted.len(), self.sorted.last().copied().unwrap_or(f64::NAN));
        format!("{what:48} {count:8} {:8.0} {:8.0} {most:8.0}", self.percentile(50), self.p99())
    }
}

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
