//! Every call of a write fails once, and every one is the last of its process
//! once: whatever the answer says is true, and no content is a half one.

use svcd_tests::each;
use svcd_tests::strace::Call;

use super::victim::{Effect, Victim, Write};

/// Calls that a write makes of files: everything else is about the connection,
/// and its failures are the client's.
const OF_FILES: &[&str] = &[
    "faccessat",
    "fchmod",
    "fchmodat",
    "fcntl",
    "flock",
    "fstat",
    "fsync",
    "ftruncate",
    "getdents64",
    "linkat",
    "lseek",
    "newfstatat",
    "fstatat",
    "openat",
    "openat2",
    "readlinkat",
    "renameat",
    "renameat2",
    "statx",
    "umask",
    "unlinkat",
    "write",
];

/// Files, but for the log.
fn is_of_files(call: &Call) -> bool {
    OF_FILES.contains(&call.name.as_str()) && !call.text.starts_with("write(1<")
}

/// One row for each call of each write.
fn rows(victim: &Victim, writes: &[Write], which: fn(&Call) -> bool) -> Vec<(String, (Write, Call))> {
    let calls =
        writes.iter().flat_map(|&write| victim.calls(write).into_iter().map(move |call| (write, call)));
    let found = calls.filter(|(_, call)| which(call));
    found.map(|(write, call)| (format!("{write:?}, {}", call.text), (write, call))).collect()
}

/// Makes each call fail in this way once, and compares what is answered with what is done.
fn fail_everywhere(victim: &Victim, writes: &[Write], error: &str) {
    each(rows(victim, writes, is_of_files), |(write, call)| {
        let (answer, _) = victim.attempt(write, &call.inject(&format!("error={error}")));
        let answer = answer?;
        let found = victim.effect(write)?;
        let told = match answer.status {
            200..300 => Effect::Whole,
            500 if answer.text().contains("but") => Effect::Whole,
            400..600 => Effect::None,
            status => return Err(format!("{status}")),
        };
        if told != found {
            return Err(format!("{} {}, and it is {found:?}", answer.status, answer.text()));
        }
        // Removing the temporary file may be what fails.
        if !(call.name == "unlinkat" && call.text.contains(".svcd-")) {
            victim.is_clean()?;
        }
        victim.goes_on(write)
    });
}

#[test]
fn the_answer_is_true_whichever_call_fails() {
    if let Some(victim) = Victim::start("a failure of every call of a write", &[]) {
        fail_everywhere(&victim, &Write::ALL, "EIO");
    }
}

#[test]
fn the_answer_is_true_whichever_call_fails_without_proc() {
    if let Some(victim) = Victim::without_proc("a failure of every call of a write without /proc") {
        fail_everywhere(&victim, &[Write::Create, Write::Replace], "EIO");
    }
}

#[test]
fn the_answer_is_true_whichever_call_is_interrupted() {
    if let Some(victim) = Victim::start("an interruption of every call of a write", &[]) {
        fail_everywhere(&victim, &Write::ALL, "EINTR");
    }
}

/// Kills the child at each of its calls that its parent does not make too, which
/// is traced like it: the parent writes that a child was killed.
fn kill_everywhere(victim: &Victim, writes: &[Write]) {
    let which = |call: &Call| match call.name.as_str() {
        "recvfrom" | "sendto" => true,
        name => OF_FILES.contains(&name) && name != "write",
    };
    each(rows(victim, writes, which), |(write, call)| {
        let (answer, _) = victim.attempt(write, &call.inject("signal=SIGKILL"));
        let found = victim.effect(write)?;
        if let Ok(answer) = &answer {
            let is_done = (200..300).contains(&answer.status);
            if !is_done || found != Effect::Whole {
                return Err(format!("{} {}, and it is {found:?}", answer.status, answer.text()));
            }
        }
        victim.goes_on(write)
    });
}

#[test]
fn a_child_that_is_killed_at_any_call_leaves_a_whole_file() {
    if let Some(victim) = Victim::start("a kill at every call of a write", &[]) {
        kill_everywhere(&victim, &Write::ALL);
    }
}

#[test]
fn a_child_that_is_killed_at_any_call_without_proc_leaves_a_whole_file() {
    if let Some(victim) = Victim::without_proc("a kill at every call of a write without /proc") {
        kill_everywhere(&victim, &[Write::Create, Write::Replace]);
    }
}

/// The place of the only call of this kind.
fn place(calls: &[Call], what: &str, which: impl Fn(&Call) -> bool) -> usize {
    let mut found = calls.iter().enumerate().filter(|(_, call)| which(call)).map(|(place, _)| place);
    match (found.next(), found.next()) {
        (Some(place), None) => place,
        (first, second) => panic!("{what}: {first:?} and {second:?} of {calls:#?}"),
    }
}

#[test]
fn what_is_acknowledged_is_on_the_disk() {
    let Some(victim) = Victim::start("the order of a write's calls", &[]) else { return };
    let calls = victim.calls(Write::Replace);
    let is_temporary = |call: &Call| call.text.contains("(deleted)") || call.text.contains(".svcd-");
    let steps = [
        place(&calls, "write", |call| call.name == "write" && is_temporary(call)),
        place(&calls, "fsync of the file", |call| call.name == "fsync" && is_temporary(call)),
        place(&calls, "rename", |call| call.name.starts_with("renameat")),
        place(&calls, "fsync of the folder", |call| call.name == "fsync" && !is_temporary(call)),
        place(&calls, "answer", |call| call.text.contains("HTTP/1.1 204")),
    ];
    assert!(steps.is_sorted(), "{steps:?} of {calls:#?}");

    let calls = victim.calls(Write::Delete);
    let steps = [
        place(&calls, "unlink", |call| call.name == "unlinkat"),
        place(&calls, "fsync of the folder", |call| call.name == "fsync"),
        place(&calls, "answer", |call| call.text.contains("HTTP/1.1 204")),
    ];
    assert!(steps.is_sorted(), "{steps:?} of {calls:#?}");
}

#[test]
fn nothing_waits_for_the_disk_where_that_is_not_wanted() {
    let Some(victim) = Victim::start("a write that does not wait", &["--no-sync"]) else { return };
    for write in Write::ALL {
        let calls = victim.calls(write);
        let waits = calls.iter().find(|call| call.name.contains("sync"));
        assert!(waits.is_none(), "{write:?}: {waits:?}");
    }
}
