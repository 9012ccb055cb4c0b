//! The server's processes as the kernel shows them in /proc.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use crate::pace::{skip, until};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    pub id: u32,
    /// `R`, `S`, `Z` ... as in proc_pid_stat(5).
    pub state: char,
}

/// True if /proc shows the server's processes; else the reason is noted for `what`.
pub fn visible(what: &str) -> bool {
    if !Path::new("/proc/self/stat").exists() {
        skip(what, "this system has no /proc");
        return false;
    }
    if env::var("SVCD_PROC").is_ok_and(|value| value == "no") {
        skip(what, "SVCD_PROC=no");
        return false;
    }
    true
}

/// The children of a process, zombies too. Every process is asked for its
/// parent: `/proc/ID/task/ID/children` is an option of the kernel, and it is
/// not complete while processes come and go.
pub fn children(parent: u32) -> Vec<Child> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end between the two reads.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // The name before it may hold anything, also parentheses and spaces.
        let Some((_, after_name)) = stat.rsplit_once(") ") else { continue };
        let mut words = after_name.split(' ');
        let state = words.next().and_then(|word| word.chars().next());
        let of = words.next().and_then(|word| word.parse::<u32>().ok());
        if let (Some(state), Some(of)) = (state, of)
            && of == parent
        {
            found.push(Child { id, state });
        }
    }
    found
}

/// Waits until a process has exactly `count` children.
pub fn until_children(parent: u32, count: usize) -> Vec<Child> {
    until(&format!("{count} children of the server"), || {
        let found = children(parent);
        (found.len() == count).then_some(found)
    })
}

/// The open descriptors of a process and what they lead to.
pub fn descriptors(id: u32) -> BTreeMap<String, String> {
    let folder = format!("/proc/{id}/fd");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let named = entries.flatten().filter_map(|entry| {
        let target = fs::read_link(entry.path()).ok()?;
        Some((entry.file_name().into_string().ok()?, target.display().to_string()))
    });
    named.collect()
}

/// Waits until a process has the descriptors it had before.
pub fn until_descriptors(id: u32, before: &BTreeMap<String, String>) {
    let mut seen = BTreeMap::new();
    let came_back = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        until("the descriptors of before", || {
            seen = descriptors(id);
            (seen == *before).then_some(())
        });
    }));
    assert!(came_back.is_ok(), "descriptors of the server: before {before:?}, now {seen:?}");
}
