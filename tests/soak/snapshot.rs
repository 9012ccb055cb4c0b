//! The server's parent as /proc shows it.

use std::fs;
use std::time::Duration;

use svcd_tests::process::{children, descriptors};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Kilobytes in memory.
    pub rss: u64,
    /// The same, with each page divided by the number of those who share it.
    pss: u64,
    descriptors: usize,
    children: usize,
    zombies: usize,
}

impl Snapshot {
    pub const TITLES: &str =
        "           requests   seconds      req/s   RSS kB   PSS kB   descriptors   children   zombies";

    pub fn of(id: u32) -> Snapshot {
        // Counted page by page; the numbers in `status` may lag behind.
        let name = format!("/proc/{id}/smaps_rollup");
        let text = fs::read_to_string(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kilobytes = |key: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(key)?.split_whitespace().next());
            value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} without {key}"))
        };
        let children = children(id);
        Snapshot {
            rss: kilobytes("Rss:"),
            pss: kilobytes("Pss:"),
            descriptors: descriptors(id).len(),
            children: children.len(),
            zombies: children.iter().filter(|child| child.state == 'Z').count(),
        }
    }

    pub fn row(&self, what: &str, requests: usize, time: Duration) -> String {
        let Snapshot { rss, pss, descriptors, children, zombies } = self;
        let seconds = time.as_secs_f64();
        let rate = if seconds > 0.0 { requests as f64 / seconds } else { 0.0 };
        format!(
            "{what:8} {requests:>10} {seconds:>9.1} {rate:>10.0} {rss:>8} {pss:>8} {descriptors:>13} \
             {children:>10} {zombies:>9}"
        )
    }
}
