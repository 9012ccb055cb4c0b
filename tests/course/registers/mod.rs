//! The tables of registers in docs/course: what is in them before and after a trap, on
//! each of the three, looked at while the programs run.

mod samples;

use svcd_tests::document::Part;
use svcd_tests::{Program, skip};

use crate::book::WRITING;
use samples::{Machine, Runs, Sample};

/// A call of a program that its page has a row of.
struct Row {
    name: &'static str,
    arguments: &'static [&'static str],
    call: &'static str,
    /// On each of the machines: its number, and how many arguments it has.
    calls: [(u64, usize); 3],
}

const fn row(
    name: &'static str,
    arguments: &'static [&'static str],
    call: &'static str,
    calls: [(u64, usize); 3],
) -> Row {
    Row { name, arguments, call, calls }
}

const ROWS: [Row; 11] = [
    row("01-exit", &[], "exit", [(231, 1), (94, 1), (1, 1)]),
    row("02-write", &[], "write", [(1, 3), (64, 3), (4, 3)]),
    row("04-read", &["/etc/passwd"], "openat", [(257, 4), (56, 4), (463, 4)]),
    row("04-read", &["/there/is/none"], "openat of nothing", [(257, 4), (56, 4), (463, 4)]),
    row("04-read", &["/etc/passwd"], "close", [(3, 1), (57, 1), (6, 1)]),
    row("05-directory", &["/"], "names of a folder", [(217, 3), (61, 3), (344, 4)]),
    row("06-fork", &[], "fork", [(56, 2), (220, 2), (2, 0)]),
    row("06-fork", &[], "wait4", [(61, 4), (260, 4), (7, 4)]),
    row("07-pipe", &["/bin/true", "/bin/true"], "pipe", [(293, 2), (59, 2), (42, 0)]),
    row("08-hello", &[], "socket", [(41, 3), (198, 3), (97, 3)]),
    row("08-hello", &[], "bind", [(49, 3), (200, 3), (104, 3)]),
];

const MACHINES: [Machine; 3] = [Machine::LinuxX86, Machine::LinuxArm, Machine::DarwinArm];

/// A value as the page has it. What is another one each time is told as what it is.
fn told(value: u64, row: &Row) -> String {
    match value {
        18..0x80_0000 if ["fork", "wait4"].contains(&row.call) => "*pid*".to_owned(),
        _ if value > u64::MAX - 4095 => format!("-{}", value.wrapping_neg()),
        0x1_0000.. => "*address*".to_owned(),
        _ => value.to_string(),
    }
}

/// What is in the registers of one call: the row of a table, without its first column.
fn line(row: &Row, machine: Machine, (number, count): (u64, usize), sample: &Sample) -> String {
    let (place, arguments) = machine.registers();
    let named = |name: &str| {
        let value = sample.before.get(name).copied().unwrap_or_default();
        format!("{name} {}", told(value, row))
    };
    let number = std::iter::once(format!("{place} {number}"));
    let before: Vec<_> = number.chain(arguments.into_iter().take(count).map(named)).collect();
    let Some(after) = &sample.after else {
        return format!("| {} | {} | does not come back | |", machine.name(), before.join(", "));
    };
    let results: &[&str] = match machine {
        Machine::LinuxX86 => &["rax"],
        Machine::LinuxArm => &["x0"],
        Machine::DarwinArm => &["x0", "x1", "carry"],
    };
    let result = |name: &&str| match after.get(*name).copied().unwrap_or_default() {
        1.. if row.call == "names of a folder" && *name != "x1" => format!("{name} *bytes*"),
        value => format!("{name} {}", told(value, row)),
    };
    let shown: Vec<_> = results.iter().map(result).collect();
    let changed =
        |name: &&String| after.get(*name) != sample.before.get(*name) && !results.contains(&name.as_str());
    let also: Vec<_> = sample.before.keys().filter(changed).map(String::as_str).collect();
    let also = match (machine, &*also) {
        // They may have been the same before.
        (Machine::LinuxX86, ["r11", "rcx"] | ["rcx"]) => "rcx, r11".to_owned(),
        (_, []) => "nothing".to_owned(),
        _ => also.join(", "),
    };
    format!("| {} | {} | {} | {also} |", machine.name(), before.join(", "), shown.join(", "))
}

/// The rows of a page; of a machine that cannot be looked at, what is in the page.
fn table(name: &'static str, shown: &str) -> String {
    let mut text = "\n| call | machine | before | after | also changed |\n|---|---|---|---|---|\n".to_owned();
    let mut runs = Runs::default();
    // Without the two lines that are its head.
    let mut shown = shown.lines().filter(|line| line.starts_with('|')).skip(2);
    for row in ROWS.iter().filter(|row| row.name == name) {
        for (machine, call) in MACHINES.into_iter().zip(row.calls) {
            let first = if machine == MACHINES[0] { format!("| {} ", row.call) } else { "| ".to_owned() };
            let shown = shown.next().map(|line| format!("{line}\n")).unwrap_or_default();
            text += &match runs.of(machine, name, row.arguments) {
                Ok(samples) => {
                    let (place, _) = machine.registers();
                    let sample = samples.iter().find(|sample| sample.before.get(place) == Some(&call.0));
                    let sample = sample.unwrap_or_else(|| panic!("{name}: no {}", row.call));
                    format!("{first}{}\n", line(row, machine, call, sample))
                }
                Err(why) => {
                    skip(&format!("{name}: {} on {}", row.call, machine.name()), why);
                    shown
                }
            };
        }
    }
    text + "\n"
}

#[test]
fn the_registers_are_as_the_course_says() {
    if Program::chosen().is_emulated() || !cfg!(target_os = "linux") {
        return skip("the tables of registers", "compared in the native run on Linux");
    }
    const PAGES: [(&str, &str); 7] = [
        ("01-exit", "docs/course/01-exit.md"),
        ("02-write", "docs/course/02-write.md"),
        ("04-read", "docs/course/04-read.md"),
        ("05-directory", "docs/course/05-directory.md"),
        ("06-fork", "docs/course/06-fork.md"),
        ("07-pipe", "docs/course/07-pipe.md"),
        ("08-hello", "docs/course/08-hello.md"),
    ];
    for (name, file) in PAGES {
        let part = Part { file, begin: "<!-- registers -->", end: "<!-- end of registers -->" };
        let _writing = WRITING.lock();
        let shown = part.read().unwrap_or_else(|why| panic!("{why}"));
        part.is(&table(name, &shown)).unwrap_or_else(|why| panic!("{why}"));
    }
}
