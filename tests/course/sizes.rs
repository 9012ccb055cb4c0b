//! The table of sizes in docs/course/README.md: what the files of `make examples` have.

use std::env;
use std::fs;
use std::process::Command;

use svcd_tests::document::{Part, is_update};
use svcd_tests::program::{dist, workspace};
use svcd_tests::{Program, skip};

const TABLE: Part =
    Part { file: "docs/course/README.md", begin: "<!-- sizes -->", end: "<!-- end of sizes -->" };

const MACHINES: [&str; 3] = ["linux-x86_64", "linux-aarch64", "darwin-aarch64"];

/// The compiler that the programs were built by.
fn compiler() -> String {
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-V").output();
    let version = String::from_utf8(output.expect("a compiler").stdout).expect("text");
    version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// The programs of a folder, in order.
fn programs(folder: &str) -> Vec<String> {
    let files = fs::read_dir(workspace().join(folder)).expect("a folder").flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)).collect();
    names.sort();
    names
}

/// Every program with its lines and the bytes of its files.
fn table() -> Option<String> {
    let mut text = format!("\nBuilt by {}.\n\n", compiler());
    text +=
        "| program | lines | x86_64 Linux | aarch64 Linux | aarch64 Darwin |\n|---|---:|---:|---:|---:|\n";
    for folder in ["examples", "examples/solutions"] {
        for name in programs(folder) {
            let source = format!("{folder}/{name}.rs");
            let lines = fs::read_to_string(workspace().join(&source)).expect("a program").lines().count();
            let page = workspace().join(format!("docs/course/{name}.md"));
            let target = if page.exists() { format!("{name}.md") } else { format!("../../{source}") };
            text += &format!("| [{name}]({target}) | {lines} |");
            for machine in MACHINES {
                let file = dist().join(format!("examples/{name}-{machine}"));
                text += &format!(" {} |", fs::metadata(file).ok()?.len());
            }
            text.push('\n');
        }
    }
    Some(text + "\n")
}

#[test]
fn the_table_of_sizes_is_true() {
    let what = "the table of sizes";
    if Program::chosen().is_emulated() {
        return skip(what, "compared in the native run");
    }
    let shown = TABLE.read().unwrap_or_else(|why| panic!("{why}"));
    if !is_update() && !shown.contains(&compiler()) {
        return skip(what, &format!("it is not of this compiler, {}", compiler()));
    }
    let Some(table) = table() else {
        return skip(what, "`make examples` has not built the programs of all machines");
    };
    TABLE.is(&table).unwrap_or_else(|why| panic!("{why}"));
}
