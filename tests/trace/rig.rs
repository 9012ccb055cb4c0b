//! What the rig that plays Darwin has seen.

use std::fs;

use svcd_tests::strace::by_process;

use crate::lines::{Calls, name, result};
use crate::smoke::Played;

/// The calls of each process, without what the trace does itself.
pub fn seen(played: &Played) -> Calls {
    let text = fs::read(played.seen()).expect("what the rig has seen");
    let mut calls = Calls::new();
    for process in by_process(&String::from_utf8_lossy(&text)) {
        let mut lines: Vec<String> = process.calls.into_iter().map(|call| call.text).collect();
        if process.id == played.id {
            let place = lines.iter().position(|line| line.contains("F_DUPFD_CLOEXEC, 0xc8) = 200"));
            // The file is closed behind it.
            lines.drain(..=place.expect("the trace has a descriptor") + 1);
        } else if lines.first().is_some_and(|line| name(line) == "fork") {
            // Of which the rig sees both returns.
            lines.remove(0);
        }
        lines.retain(|line| !line.starts_with("write(200, "));
        calls.insert(process.id, lines);
    }
    calls
}

/// The same name, and the same result. What has not come back has none.
pub fn is_same(own: &str, seen: &str) -> bool {
    let told = result(own).filter(|result| result != "?");
    name(own) == name(seen) && told == result(seen)
}

#[test]
fn another_name_or_result_is_found() {
    let same = |own: &str, seen: &str| is_same(own, seen);
    assert!(same("open(\"a\") = -1 ENOENT (No such file or directory)", "open(\"a\", 0o0) = -1 ENOENT"));
    assert!(same("fork() = 5", "fork() = 5 0") && same("exit(0) = ?", "exit(0) ..."));
    assert!(!same("fork() = 5", "fork() = 6 0") && !same("close(3) = 0", "closed(3) = 0"));
    assert!(!same("read(3) = -1 EIO (Input/output error)", "read(3) = -1 EINTR"));
}
