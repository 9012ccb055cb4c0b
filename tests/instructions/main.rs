//! How many instructions of the processor a request takes in the program itself, without
//! the kernel: counted one by one by qemu, which runs the aarch64 program. They stand
//! in docs/calls.md, and more than a twentieth more or less is a failure until that is
//! changed on purpose: `make instructions UPDATE=1`.
//!
//! The numbers are those of one compiler; with another one they are only printed.

mod functions;
mod native;
mod requests;

use std::env;
use std::process::Command;

use svcd_tests::document::{Part, is_shown, is_update, show};
use svcd_tests::{note, skip};

use requests::Count;

const COUNTS: Part = Part { file: "docs/calls.md", begin: "```instructions", end: "```" };
const FUNCTIONS: Part = Part { file: "docs/calls.md", begin: "```functions", end: "```" };

/// How many functions are told.
const TOP: usize = 20;

#[test]
fn a_request_takes_as_many_instructions_as_it_took() {
    let what = "instructions of each request";
    // What this machine runs itself nobody counts.
    let is_qemu = env::var("SVCD").is_ok_and(|words| words.contains("qemu-aarch64"));
    if !is_qemu {
        skip(what, "the program is not run by qemu-aarch64");
        return;
    }
    let counts = requests::all();
    let text = format!("{}\n{}", compiler(), render(&counts));
    let of = env::var("OF").ok().filter(|name| !name.is_empty()).unwrap_or(requests::KEPT.to_owned());
    let of = counts.iter().find(|count| count.name == of).expect("the name of a row in OF");
    let functions = functions::render(&of.addresses, TOP);
    show(&text);
    show(functions.as_deref().unwrap_or("no target/svcd-linux-aarch64.map: no functions are told"));
    if is_shown() {
        let native =
            native::of_another_get().map(|count| format!("natively, by callgrind: {count} for another GET"));
        note(native.as_deref().unwrap_or("natively: no valgrind that runs the program of this machine"));
    }
    if is_update() {
        COUNTS.is(&text).unwrap_or_else(|why| panic!("{why}"));
        let functions = functions.filter(|_| of.name == requests::KEPT);
        functions.map_or(Ok(()), |text| FUNCTIONS.is(&text)).unwrap_or_else(|why| panic!("{why}"));
        return;
    }
    let expected = COUNTS.read().unwrap_or_else(|why| panic!("{why}"));
    let compiler = compiler();
    if !expected.starts_with(&compiler) {
        skip(what, &format!("the table is not of this compiler, {compiler}"));
        return;
    }
    let wrong = differences(&parse(&expected), &parse(&text));
    assert!(wrong.is_empty(), "{}UPDATE=1 writes the new table", wrong);
}

/// The compiler that the program was built by.
fn compiler() -> String {
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-V").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn render(counts: &[Count]) -> String {
    counts.iter().map(|count| format!("{:<48}{:>8}\n", count.name, count.instructions)).collect()
}

fn parse(text: &str) -> Vec<(&str, usize)> {
    let rows = text.lines().filter_map(|line| line.trim_end().rsplit_once(' '));
    rows.filter_map(|(name, count)| Some((name.trim_end(), count.parse().ok()?))).collect()
}

/// Rows that are not there, or not within a twentieth.
fn differences(expected: &[(&str, usize)], found: &[(&str, usize)]) -> String {
    let is_near = |one: usize, other: usize| one.abs_diff(other) * 20 <= one;
    let of = |rows: &[(&str, usize)], name: &str| rows.iter().find(|row| row.0 == name).map(|row| row.1);
    let mut text = String::new();
    for (name, count) in found {
        match of(expected, name) {
            Some(before) if is_near(before, *count) => {}
            before => text += &format!("{name}: {count} and not {before:?}\n"),
        }
    }
    let missing = expected.iter().filter(|row| of(found, row.0).is_none());
    missing.for_each(|row| text += &format!("{}: was not counted\n", row.0));
    text
}

#[test]
fn a_twentieth_is_the_same() {
    let expected = parse("rustc 1.95.0\na GET       1000\nend  20\n");
    assert_eq!(expected, [("a GET", 1000), ("end", 20)]);
    for (found, is_same) in [
        ("a GET 1050\nend 20", true),
        ("a GET 950\nend 19", true),
        ("a GET 1051\nend 20", false),
        ("a GET 949\nend 20", false),
        ("a GET 1000", false),
        ("a GET 1000\nend 20\nx 1", false),
    ] {
        assert_eq!(differences(&expected, &parse(found)).is_empty(), is_same, "{found}");
    }
}
