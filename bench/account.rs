//! How much processor time a server and all that it starts have taken: a control
//! group of its own, as in cgroups(7). Only root can make one, where the system
//! lets it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

pub struct Account {
    group: PathBuf,
    /// Where this process is and goes back to.
    own: PathBuf,
}

impl Account {
    /// None if there is no way to count here.
    pub fn open(name: &str) -> Option<Account> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let top = hierarchy()?;
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
        let group = top.join(format!("svcd-bench-{}-{count}-{name}", std::process::id()));
        fs::create_dir(&group).ok()?;
        let account = Account { group, own: top.join(own) };
        account.seconds().map(|_| account)
    }

    /// Runs `start` in the group, so that what it starts is there from its beginning.
    pub fn within<T>(&self, start: impl FnOnce() -> T) -> io::Result<T> {
        enter(&self.group)?;
        let started = start();
        enter(&self.own)?;
        Ok(started)
    }

    /// Of all processes that are or were in it.
    pub fn seconds(&self) -> Option<f64> {
        self.figure("usage_usec ")
    }

    /// Of that, what was not the kernel's.
    pub fn user_seconds(&self) -> Option<f64> {
        self.figure("user_usec ")
    }

    fn figure(&self, title: &str) -> Option<f64> {
        let text = fs::read_to_string(self.group.join("cpu.stat")).ok()?;
        let microseconds = text.lines().find_map(|line| line.strip_prefix(title))?;
        microseconds.parse().ok().map(|microseconds: f64| microseconds / 1e6)
    }

    /// Those that are in it now.
    pub fn processes(&self) -> Option<Vec<u32>> {
        let text = fs::read_to_string(self.group.join("cgroup.procs")).ok()?;
        Some(text.lines().filter_map(|line| line.parse().ok()).collect())
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // It can be removed when its last process has gone.
        for _ in 0..100 {
            if fs::remove_dir(&self.group).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn enter(group: &Path) -> io::Result<()> {
    fs::write(group.join("cgroup.procs"), std::process::id().to_string())
}

/// Where version 2 is, alone or beside version 1.
fn hierarchy() -> Option<PathBuf> {
    let places = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map(PathBuf::from);
    places.into_iter().find(|place| place.join("cgroup.procs").is_file())
}
