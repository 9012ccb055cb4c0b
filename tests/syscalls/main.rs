//! The exact calls of the server, one after the other: when it starts, for requests of
//! each kind, and when it ends. They stand in docs/calls.md, and a call more or less
//! is a failure until that is changed on purpose: `make syscalls UPDATE=1`.
//!
//! strace(1) sees them, or the rig that plays Darwin. Nothing depends on the time:
//! see [`traced`].

mod cases;
mod readme;
mod table;
mod traced;

use svcd_tests::document::{Part, show};
use svcd_tests::program::is_rig;
use svcd_tests::skip;
use svcd_tests::strace::usable;

/// The calls of each system, in docs/calls.md.
const TABLES: [Part; 2] = [
    Part { file: "docs/calls.md", begin: "```linux", end: "```" },
    Part { file: "docs/calls.md", begin: "```darwin", end: "```" },
];

#[test]
fn the_calls_are_those_of_the_table() {
    let what = "the calls of each request";
    if !is_rig() && !usable(what) {
        return;
    }
    let rows = cases::all();
    let unusual = rows.iter().flat_map(|row| &row.calls).find(|call| is_unusual(&call.text));
    // The rig is always the same.
    if let Some(call) = unusual.filter(|_| !is_rig()) {
        skip(what, &format!("another kernel would do this: {}", call.text));
        return;
    }
    let text = table::render(&rows);
    show(&text);
    TABLES[usize::from(is_rig())].is(&text).unwrap_or_else(|why| panic!("{why}"));
}

/// What a kernel says that lacks something, or a file system, or a container that
/// forbids it: then the server goes another way, which is right too.
fn is_unusual(text: &str) -> bool {
    ["ENOSYS", "EOPNOTSUPP", "EPERM"].iter().any(|error| text.contains(&format!(" = -1 {error} ")))
}

#[test]
fn what_a_lesser_kernel_says_is_told_from_the_rest() {
    assert!(is_unusual("openat2(3, \"a\", {}, 24) = -1 ENOSYS (Function not implemented)"));
    assert!(!is_unusual("openat2(3, \"a\", {}, 24) = -1 ENOENT (No such file or directory)"));
    assert!(!is_unusual("openat2(3, \"ENOSYS\", {}, 24) = 4"));
}
