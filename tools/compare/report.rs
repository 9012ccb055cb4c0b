//! The figures as Markdown, and as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use svcd_bench::machine;
use svcd_bench::table::{counted, line};
use svcd_tests::strace::{Call, folded};

use crate::measure::{Both, Figures, IDLE, TARGET};
use crate::size::File;

const KIB: f64 = 1024.0;

/// Columns of calls, as in docs/calls.md.
const WIDTH: usize = 112;

pub fn markdown(all: &[Figures]) -> String {
    let mut text = at_rest(all) + "\n" + &of_one_get(all) + "\n";
    for figures in all.iter().filter(|figures| !figures.missing.is_empty()) {
        text += &format!("- not had of {}: {}\n", figures.name, figures.missing.join("; "));
    }
    for figures in all.iter().filter(|figures| !figures.keeps) {
        text += &format!("- {} closes each connection behind its answer\n", figures.name);
    }
    for figures in all.iter().filter(|figures| figures.counter != "ptrace") {
        text += &format!("- instructions of {} are counted by {}\n", figures.name, figures.counter);
    }
    let versions: Vec<String> = all
        .iter()
        .map(|figures| format!("{}: {}; `{}`", figures.name, figures.version, figures.command))
        .collect();
    text += &machine::about(&versions, "nothing of this is a time");
    text += "\n```calls\n";
    text += &all.iter().map(calls).collect::<Vec<_>>().join("\n");
    text + "```\n"
}

fn at_rest(all: &[Figures]) -> String {
    let titles = [
        "program, KiB",
        "libraries, KiB",
        "other files read, KiB",
        "calls of the start",
        "processes",
        "memory, KiB (PSS)",
        "of a waiting connection, KiB",
    ];
    table("on the disk and at rest", &titles, all, |of| {
        let bytes = |bytes: u64| Some(bytes as f64 / KIB);
        let size = &of.size;
        vec![
            bytes(size.program),
            bytes(size.of_libraries()),
            bytes(size.of_read()),
            count(&of.start),
            of.processes,
            of.memory,
            of.connection,
        ]
    })
}

fn of_one_get(all: &[Figures]) -> String {
    let titles = [
        "calls",
        "instructions",
        "page faults",
        "calls, own connection",
        "instructions, own connection",
        "page faults, own connection",
    ];
    table("one more GET of 1 KiB", &titles, all, |of| {
        let calls = |calls: &Option<Vec<Vec<Call>>>| calls.as_ref().and_then(|calls| count(calls));
        vec![
            calls(&of.calls.kept),
            of.instructions.kept,
            of.faults.kept,
            calls(&of.calls.own),
            of.instructions.own,
            of.faults.own,
        ]
    })
}

fn table(
    first: &str,
    titles: &[&str],
    all: &[Figures],
    cells: impl Fn(&Figures) -> Vec<Option<f64>>,
) -> String {
    let mut text = line(first, titles.iter().map(|title| (*title).to_owned()));
    text += &line("---", titles.iter().map(|_| "---:".to_owned()));
    for figures in all {
        let cell = |cell: Option<f64>| cell.map_or("–".to_owned(), counted);
        text += &line(figures.name, cells(figures).into_iter().map(cell));
    }
    text
}

/// None: nobody has looked.
fn count(processes: &[Vec<Call>]) -> Option<f64> {
    (!processes.is_empty()).then(|| processes.iter().map(Vec::len).sum::<usize>() as f64)
}

/// Of the start how often each, of a request in their order, each process on its own line.
fn calls(figures: &Figures) -> String {
    let mut text = format!("{}\n", figures.name);
    let names = |calls: &[Call]| folded(calls.iter().map(|call| call.name.as_str()));
    if !figures.start.is_empty() {
        push(&mut text, "start", &by_number(&figures.start));
    }
    let Both { kept, own } = &figures.calls;
    for (title, processes) in [("one more GET", kept), ("a connection with one GET", own)] {
        for (place, calls) in processes.iter().flatten().enumerate() {
            push(&mut text, if place == 0 { title } else { "  and" }, &names(calls));
        }
    }
    text
}

/// The names of calls, the one that is made most first.
fn by_number(processes: &[Vec<Call>]) -> Vec<String> {
    let mut sorted: Vec<_> = numbers(processes).into_iter().collect();
    sorted.sort_by_key(|(_, count)| usize::MAX - count);
    let word = |(name, count)| if count == 1 { name } else { format!("{name} ×{count}") };
    sorted.into_iter().map(word).collect()
}

fn numbers(processes: &[Vec<Call>]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    processes.iter().flatten().for_each(|call| *counts.entry(call.name.clone()).or_default() += 1);
    counts
}

/// A title, and words in as many lines as they take.
fn push(text: &mut String, title: &str, words: &[String]) {
    const TITLE: usize = 28;
    let mut row = format!("  {title:<TITLE$}");
    for word in words {
        if row.chars().count() + 1 + word.chars().count() > WIDTH {
            *text += &format!("{}\n", row.trim_end());
            row = format!("  {:TITLE$}", "");
        }
        row += &format!(" {word}");
    }
    *text += &format!("{}\n", row.trim_end());
}

pub fn json(all: &[Figures]) -> String {
    let value = json!({
        "asked": format!("GET {TARGET}, 1024 bytes"),
        "idle_connections": IDLE,
        "machine": machine::about(&[], "").lines().map(|line| line.trim_start_matches("- ")).take(2).collect::<Vec<_>>(),
        "servers": all.iter().map(server).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn server(of: &Figures) -> Value {
    json!({
        "name": of.name,
        "version": of.version,
        "command": of.command,
        "keeps_connections": of.keeps,
        "bytes": {
            "program": of.size.program,
            "libraries": of.size.of_libraries(),
            "other_files_read": of.size.of_read(),
        },
        "libraries": files(&of.size.libraries),
        "other_files_read": files(&of.size.read),
        "processes": of.processes,
        "pss_kib": { "at_rest": of.memory, "waiting_connection": of.connection },
        "calls": {
            "start": {
                "count": of.start.iter().map(Vec::len).sum::<usize>(),
                "by_name": numbers(&of.start),
            },
            "kept": of.calls.kept.as_deref().map(names),
            "own_connection": of.calls.own.as_deref().map(names),
        },
        "instructions": both(&of.instructions),
        "instructions_counted_by": of.counter,
        "page_faults": both(&of.faults),
        "missing": of.missing,
    })
}

fn both(figures: &Both<f64>) -> Value {
    json!({ "kept": figures.kept, "own_connection": figures.own })
}

/// Of each process, the names of its calls in order.
fn names(processes: &[Vec<Call>]) -> Value {
    let of = |calls: &Vec<Call>| calls.iter().map(|call| call.name.clone()).collect::<Vec<_>>();
    json!({
        "count": processes.iter().map(Vec::len).sum::<usize>(),
        "processes": processes.iter().map(of).collect::<Vec<_>>(),
    })
}

/// Their names without folders, which another machine has elsewhere.
fn files(files: &[File]) -> Value {
    let name = |file: &File| file.0.file_name().map(|name| name.to_string_lossy().into_owned());
    files.iter().map(|file| json!({ "name": name(file), "bytes": file.1 })).collect()
}

#[cfg(test)]
mod tests {
    use super::{by_number, push};
    use svcd_tests::strace::calls_in;

    #[test]
    fn calls_of_a_start_come_by_their_number() {
        let of = |text: &str| calls_in(text);
        let processes = [of("read(3) = 0\nclose(3) = 0\n"), of("close(4) = 0\n")];
        assert_eq!(by_number(&processes), ["close ×2", "read"]);
    }

    #[test]
    fn long_lines_are_broken() {
        let mut text = String::new();
        push(&mut text, "start", &vec!["clock_gettime".to_owned(); 9]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines.iter().all(|line| line.chars().count() <= 112), "{text}");
        assert!(lines[1].starts_with(&format!("{:31}clock", "")), "{text}");
    }
}
