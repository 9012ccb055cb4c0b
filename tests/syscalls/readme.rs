//! The numbers of docs/calls.md in the README.

use svcd_tests::document::Part;

use crate::TABLES;
use crate::table::counts;

const README: Part = Part { file: "README.md", begin: "<!-- calls -->", end: "<!-- end of calls -->" };

/// A row for each name, with the number of calls on each system.
fn summary(linux: &str, darwin: &str) -> String {
    let (linux, darwin) = (counts(linux), counts(darwin));
    let mut text = "\n| calls | Linux | Darwin |\n|---|---:|---:|\n".to_owned();
    for (name, count) in &linux {
        let other = darwin.iter().find(|row| row.0 == *name);
        let other = other.map_or("–".to_owned(), |row| row.1.to_string());
        text += &format!("| {name} | {count} | {other} |\n");
    }
    text + "\n"
}

#[test]
fn the_readme_has_the_numbers_of_the_table() {
    let [linux, darwin] = TABLES.map(|part| part.read().unwrap_or_else(|why| panic!("{why}")));
    README.is(&summary(&linux, &darwin)).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn a_system_without_a_row_has_no_number() {
    let line = |name: &str, count: usize| format!("{name}{count:>width$}  read\n", width = 40 - name.len());
    let found = summary(&(line("one", 3) + &line("two", 12)), &line("two", 7));
    assert_eq!(found.lines().skip(3).take(2).collect::<Vec<_>>(), ["| one | 3 | – |", "| two | 12 | 7 |"]);
}
