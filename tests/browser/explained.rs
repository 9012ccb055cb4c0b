//! What the page of the site says of calls is so: what was recorded is what the program
//! does, every call that a GET can make is explained, and the numbers are the kernels'.

use std::collections::BTreeSet;
use std::fs;

use svcd_tests::program::workspace;
use svcd_tests::server::request;
use svcd_tests::{html, skip};

use crate::site;
use crate::trace::{flavour, serve};

/// The tables of the calls: which there are, and how they are called.
const LINUX: &str = "src/sys/linux";
const DARWIN: &str = "src/sys/darwin";

/// When the calls of Linux are made that can serve a GET.
const SERVING: [&str; 3] = ["SERVE", "WALK", "PROGRAMS"];
/// In every server, but for the parent alone.
const PARENT: [&str; 2] = ["accept4", "getrusage"];
/// Darwin's table does not say when: at the start, in the parent, or to write.
const DARWIN_OTHERS: [&str; 20] = [
    "accept",
    "bind",
    "chroot",
    "connect",
    "fchmod",
    "flock",
    "fsync",
    "getpeername",
    "getpid",
    "getrusage",
    "kevent",
    "kqueue",
    "listen",
    "mmap",
    "renameatx_np",
    "setgid",
    "setgroups",
    "setuid",
    "socket",
    "unlinkat",
];

fn read(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn page() -> String {
    let file = site().join("trace/index.html");
    fs::read_to_string(file).expect("the page")
}

/// What is between the first `begin` and the next `end`.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

/// The words of an attribute, wherever it is.
fn words(page: &str, attribute: &str) -> Vec<String> {
    let attribute = format!("{attribute}=\"");
    let values = page.split(&attribute).skip(1).filter_map(|rest| rest.split('"').next());
    values.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

/// What a call is called in a trace, by its name in the table.
fn shown_names(folder: &str) -> Vec<(String, String)> {
    let table = read(&format!("{folder}/trace/table.rs"));
    let rows = table.split("row(Call::").skip(1);
    let rows = rows.filter_map(|row| {
        let (call, rest) = row.split_once(',')?;
        Some((call.to_owned(), rest.split('"').nth(1)?.to_owned()))
    });
    rows.collect()
}

fn shown(names: &[(String, String)], call: &str) -> String {
    let found = names.iter().find(|(name, _)| name == call);
    found.unwrap_or_else(|| panic!("{call} is not shown")).1.clone()
}

/// Lines `name = value` of a table.
fn rows(table: &str, end: char) -> Vec<(&str, &str)> {
    let lines = table.lines().filter_map(|line| line.trim().strip_suffix(end)?.split_once(" = "));
    lines.filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).collect()
}

#[test]
fn every_call_that_a_get_can_make_is_explained() {
    let linux = read(&format!("{LINUX}/table.rs"));
    let names = shown_names(LINUX);
    let mut expected = BTreeSet::from(["exit", "fstatat"].map(|call| shown(&names, call)));
    for (call, when) in rows(between(&linux, "\ntable! {", "\n}"), ';') {
        if when.split(" | ").any(|when| SERVING.contains(&when)) && !PARENT.contains(&call) {
            expected.insert(shown(&names, call));
        }
    }
    assert!(expected.len() > 30, "{expected:?}");
    let darwin = read(&format!("{DARWIN}/table.rs"));
    let names = shown_names(DARWIN);
    for (call, _) in rows(&darwin, ',') {
        if !DARWIN_OTHERS.contains(&call) {
            expected.insert(shown(&names, call));
        }
    }
    let page = page();
    let explained = words(&page, "data-calls");
    assert_eq!(explained.len(), explained.iter().collect::<BTreeSet<_>>().len(), "one of them twice");
    assert_eq!(explained.into_iter().collect::<BTreeSet<_>>(), expected);
    let texts =
        page.split("<dd").skip(1).map(|text| html::text(&format!("<dd{}", between(text, "", "</dd>"))));
    texts.for_each(|text| assert!(text.len() > 10, "{text:?}"));
}

/// The lines of the list, without tags.
fn recorded() -> Vec<String> {
    let page = page();
    let list = between(&page, "<ol class=\"trace\" id=\"calls\">", "</ol>");
    let lines = list.split("<li>").skip(1).map(|item| between(item, "<code>", "</code>").to_owned());
    lines.map(|line| html::text(&format!("<code>{line}")).replace('\n', "")).collect()
}

/// Without the process, the time of day, the column of the result, and how long an
/// answer is: its ETag has the file's number and time, which have more digits here or
/// there.
fn masked(line: &str) -> String {
    let (_, call) = line.split_once(' ').unwrap_or_default();
    let mut call = call.split_whitespace().collect::<Vec<_>>().join(" ");
    for (begin, end) in [("tv_sec=", "}"), ("\\nDate: ", "\""), ("- - [", "\"")] {
        if let Some(place) = call.find(begin).map(|place| place + begin.len())
            && let Some(length) = call[place..].find(end)
        {
            call.replace_range(place..place + length, "");
        }
    }
    if call.starts_with("sendto(") {
        call.retain(|character| !character.is_ascii_digit());
    }
    call
}

#[test]
fn what_was_recorded_is_what_the_program_does() {
    if cfg!(not(target_os = "linux")) {
        return skip("what the site has recorded", "it was recorded on Linux");
    }
    let Some(program) = flavour() else { return };
    let server = serve(&program, &["--trace", "-o", "/dev/null"]);
    let mut connection = server.connect();
    let mut trace = String::new();
    // Only the first one may not be there yet when the process looks.
    for target in ["/robots.txt", "/samples/trap.s", "/.svcd/trace"] {
        let request = request("GET", target.as_bytes());
        connection.send(&request);
        trace = connection.next_answer(&request).unwrap_or_else(|why| panic!("{why}")).text();
    }
    let found: Vec<_> = trace.lines().map(masked).collect();
    let recorded: Vec<_> = recorded().iter().map(|line| masked(line)).collect();
    assert_eq!(recorded, found);
    assert!(found.len() > 5, "{trace}");
}

#[test]
fn times_are_masked_and_nothing_else() {
    let line = |second: u32, fd: u32| format!("17 clock_gettime({fd}, {{tv_sec={second}, tv_nsec=1}})   = 0");
    assert_eq!(masked(&line(5, 6)), masked(&line(15, 6)));
    assert_ne!(masked(&line(5, 6)), masked(&line(5, 7)));
}

/// The cells of a table's rows, without their heads.
fn cells(page: &str, id: &str) -> Vec<Vec<String>> {
    let body = between(between(page, &format!("id=\"{id}\""), "</table>"), "<tbody>", "</tbody>");
    let cell = |cell: &str| html::text(&format!("<td{}", between(cell, "", "</td>"))).replace('\n', "");
    body.split("<tr>").skip(1).map(|row| row.split("<td").skip(1).map(cell).collect()).collect()
}

/// The number of a call of Linux on this machine; None: this is none.
#[cfg(target_os = "linux")]
fn number_here(name: &str) -> Option<usize> {
    name.parse::<syscalls::Sysno>().ok().map(|number| number as usize)
}

#[cfg(not(target_os = "linux"))]
fn number_here(_: &str) -> Option<usize> {
    None
}

#[test]
fn the_numbers_of_the_calls_are_those_of_the_kernels() {
    let page = page();
    let kernels = cells(&page, "kernels");
    let darwin = read(&format!("{DARWIN}/table.rs"));
    let names = shown_names(DARWIN);
    let here = if cfg!(target_arch = "x86_64") { 2 } else { 0 };
    let samples: serde_json::Value = serde_json::from_str(&read("www/samples/calls.json")).expect("JSON");
    let mut in_order = Vec::new();
    for row in &kernels {
        let row: Vec<_> = row.iter().map(|cell| cell.split_once(' ').expect("a name and a number")).collect();
        let (name, number) = row[1];
        let numbers = rows(&darwin, ',').into_iter().map(|(call, number)| (shown(&names, call), number));
        assert!(numbers.into_iter().any(|found| found == (name.to_owned(), number)), "{name} {number}");
        assert_eq!(row[0].0, row[2].0, "both are Linux");
        let (name, number) = row[here];
        if let Some(found) = number_here(name) {
            assert_eq!(found.to_string(), number, "{name}");
        }
        // The file that the site gives away has the same.
        for call in samples["calls"].as_array().expect("calls") {
            for (place, (name, number)) in row.iter().enumerate() {
                if call["names"][place] == *name {
                    assert_eq!(call["numbers"][place].to_string(), *number, "{name} in calls.json");
                }
            }
        }
        in_order.push(row[0].0.to_owned());
    }
    let recorded = recorded();
    let recorded: Vec<_> = recorded.iter().filter_map(|line| line.split([' ', '(']).nth(1)).collect();
    assert_eq!(in_order, recorded);
    // The registers are those of the call that was recorded.
    let sendto = kernels.iter().find(|row| row[0].starts_with("sendto")).expect("its row");
    let registers = cells(&page, "abis");
    for (cell, kernel) in registers[0].iter().zip(sendto) {
        let number = |text: &str| text.rsplit(' ').next().map(str::to_owned);
        assert_eq!(number(cell), number(kernel));
    }
}
