//! Lines of a trace: the process, and the call.

use std::collections::BTreeMap;

/// The calls of each process.
pub type Calls = BTreeMap<u32, Vec<String>>;

/// What the program has printed itself.
pub fn own(text: &str) -> Calls {
    let mut calls = Calls::new();
    for line in text.lines() {
        let (id, call) = line.split_once(' ').unwrap_or_else(|| panic!("no process in {line:?}"));
        let id = id.parse().unwrap_or_else(|_| panic!("no process in {line:?}"));
        calls.entry(id).or_default().push(unpadded(call));
    }
    calls
}

/// Without the spaces that bring the result to its column: what is in front of a call
/// has not the same length everywhere.
pub fn unpadded(call: &str) -> String {
    let call = call.trim();
    match call.rsplit_once(" = ") {
        Some((call, result)) => format!("{} = {result}", call.trim_end()),
        None => call.to_owned(),
    }
}

/// The name of a call.
pub fn name(call: &str) -> &str {
    call.split('(').next().unwrap_or_default()
}

/// A result, without what is told about it: `-1 ENOENT`, `3`.
pub fn result(call: &str) -> Option<String> {
    let (_, result) = call.rsplit_once(") = ")?;
    let count = if result.starts_with("-1") { 2 } else { 1 };
    Some(result.split(' ').take(count).collect::<Vec<_>>().join(" "))
}

#[test]
fn lines_are_told_apart_by_process() {
    let calls = own(
        "5     close(3)                          = 0\n17    read(3, \" = \", 3) = 3\n5     exit(0) = ?\n",
    );
    assert_eq!(calls[&5], ["close(3) = 0", "exit(0) = ?"]);
    assert_eq!(calls[&17], ["read(3, \" = \", 3) = 3"]);
    assert_eq!(result("open(\"a\") = -1 ENOENT (No such file)").as_deref(), Some("-1 ENOENT"));
    assert_eq!(result("poll([], 0) = 0 (Timeout)").as_deref(), Some("0"));
}
