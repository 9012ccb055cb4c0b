//! Servers side by side, by what does not depend on the time: their size, their calls, their
//! memory, their instructions. `make compare` is `svcd-compare`; it can run on a machine
//! that has something else to do.
//!
//! `svcd-compare [PROGRAM...] [NAME=COMMAND...]` takes those that are named, `svcd
//! nginx`, without any all that are here; and whom a command line starts in which `{port}` and
//! `{site}` stand for a port of 127.0.0.1 and the folder to serve. The tables go to standard
//! output, and with JSON and a picture to `target/bench/compare.*`; with `UPDATE=1` also to docs/.
//! `ROUNDS=3` does each thing less often.

mod callgrind;
mod measure;
mod picture;
mod report;
mod size;
mod steps;
mod subject;
mod trace;

use std::env;
use std::process::ExitCode;

use svcd_bench::cases::{self, Case};
use svcd_bench::document;
use svcd_bench::place::Place;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match compare(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("compare: {why}");
            ExitCode::FAILURE
        }
    }
}

fn compare(words: &[String]) -> Result<(), String> {
    let place = Place::new()?;
    let small = |case: &&Case| case.target == measure::TARGET;
    let case = cases::ALL.iter().find(small).ok_or("there is no such case")?;
    let wanted = (case.make)(&place.site)?;
    let mut all = Vec::new();
    for subject in subject::chosen(words, &place)? {
        let name = subject.server.name;
        eprintln!("compare: {name}");
        match measure::measure(&subject, &place, &wanted) {
            Ok(figures) => {
                figures.missing.iter().for_each(|what| eprintln!("compare: {name}: {what}"));
                all.push(figures);
            }
            Err(why) => eprintln!("compare: SKIPPED {name}: {why}"),
        }
    }
    if all.is_empty() {
        return Err("there is nobody to compare".to_owned());
    }
    let text = report::markdown(&all);
    print!("{text}");
    document::write("compare.json", &report::json(&all), true)?;
    document::write("compare.svg", &picture::svg(&all), true)?;
    document::write("compare.md", &text, false)?;
    document::insert("docs/compare.md", "make compare", &text)
}
