//! Every command of docs/course is given to a shell, and writes what the page shows:
//! see docs/course/README.md for how a page marks what cannot be the same twice.
//! `UPDATE=1` writes the pages anew.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use svcd_tests::document::is_update;
use svcd_tests::program::workspace;
use svcd_tests::{Program, Tree, program, skip, strace};

use crate::shell::Shell;
use crate::volatile::settled;

/// The machine that the pages show.
const MACHINE: &str = "linux-x86_64";

/// How often a page is read once more that has differed twice.
const TRIES: usize = 2;

/// Held while a page may be written.
pub static WRITING: Mutex<()> = Mutex::new(());

/// All pages, in order.
pub fn pages() -> Vec<PathBuf> {
    let folder = fs::read_dir(workspace().join("docs/course")).expect("the course");
    let mut pages: Vec<_> = folder.flatten().map(|entry| entry.path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    assert!(pages.len() > 11, "{pages:?}");
    pages
}

/// A piece of a page: text, or a command with what it writes.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    Command { line: String, shown: String, volatile: Vec<String> },
}

/// The pieces of a page, which put together are the page.
fn pieces(page: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text(String::new())];
    // The words behind ```console, inside of such a block.
    let mut block: Option<Vec<String>> = None;
    for line in page.split_inclusive('\n') {
        if block.is_some() && line.starts_with("```") {
            block = None;
            pieces.push(Piece::Text(String::new()));
        } else if let Some(words) = line.strip_prefix("```console") {
            block = Some(words.split_whitespace().map(str::to_owned).collect());
        } else if let (Some(volatile), Some(command)) = (&block, line.strip_prefix("$ ")) {
            let (line, volatile) = (command.trim_end().to_owned(), volatile.clone());
            pieces.push(Piece::Command { line, shown: String::new(), volatile });
            continue;
        }
        match pieces.last_mut() {
            Some(Piece::Text(text)) => text.push_str(line),
            Some(Piece::Command { shown, .. }) => shown.push_str(line),
            None => {}
        }
    }
    pieces
}

/// A folder as dist/examples, where the commands may leave files.
fn place(tree: &Tree) -> PathBuf {
    let (base, built) = (tree.base(), program::dist());
    let folder = base.join("dist/examples");
    fs::create_dir_all(&folder).expect("a folder");
    let link = |from: PathBuf, to: PathBuf| symlink(&from, &to).unwrap_or_else(|why| panic!("{to:?}: {why}"));
    for file in fs::read_dir(built.join("examples")).expect("make examples").flatten() {
        link(file.path(), folder.join(file.file_name()));
    }
    link(built.join(format!("svcd-{MACHINE}")), base.join(format!("dist/svcd-{MACHINE}")));
    for name in [".venv", "tests", "examples"] {
        link(workspace().join(name), base.join(name));
    }
    folder
}

/// What the commands of a block need and this machine has not.
fn missing(block: &str) -> Option<&'static str> {
    const TOOLS: [&str; 6] = ["strace", "gdb", "curl", "nc", "objdump", "bash"];
    if block.contains("darwin/rig") {
        let python = workspace().join(".venv/bin/python");
        let unicorn = Command::new(python).args(["-c", "import unicorn"]).output();
        if !unicorn.is_ok_and(|output| output.status.success()) {
            return Some("a Python with unicorn");
        }
    }
    let is_needed = |tool: &&&str| block.split_whitespace().any(|word| word == **tool);
    let is_missing = |tool: &&&str| Command::new(tool).arg("--version").output().is_err();
    TOOLS.iter().filter(is_needed).find(is_missing).copied()
}

/// Gives all commands of a page to one shell; the page as it should be, and what differs.
fn follow(page: &Path, folder: &Path) -> (String, Vec<String>) {
    let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(page).expect("a page");
    let mut shell = Shell::start(folder);
    let (mut found, mut differing) = (String::new(), Vec::new());
    let pieces = pieces(&text);
    for block in pieces.chunk_by(|_, next| matches!(next, Piece::Command { .. })) {
        let lines = block.iter().filter_map(|piece| match piece {
            Piece::Command { line, .. } => Some(line.as_str()),
            Piece::Text(_) => None,
        });
        let missing = missing(&lines.collect::<Vec<_>>().join("\n"));
        if let Some(tool) = missing {
            skip(&format!("a block of docs/course/{name}"), &format!("there is no {tool}"));
        }
        for piece in block {
            let (line, shown, volatile) = match piece {
                Piece::Text(text) => {
                    found.push_str(text);
                    continue;
                }
                Piece::Command { line, shown, volatile } => (line, shown, volatile),
            };
            let is_same = |output: &str| settled(output, volatile) == settled(shown, volatile);
            // Nobody knows how much is to come if the page does not.
            let is_all = |output: &str| is_same(output) && !(is_update() && line.ends_with('&'));
            let output = if missing.is_some() { shown.clone() } else { shell.run(line, is_all) };
            if !is_same(&output) {
                differing.push(format!("docs/course/{name}: $ {line}\n{output}--- instead of\n{shown}"));
            }
            let text = if is_same(&output) { shown } else { &output };
            found.push_str(&format!("$ {line}\n{text}"));
        }
    }
    (found, differing)
}

#[test]
fn every_command_of_the_course_does_what_the_page_shows() {
    let what = "the commands of docs/course";
    let here = Program::chosen();
    if here.is_emulated() || here.machine() != MACHINE {
        return skip(what, &format!("they are for {MACHINE}, natively"));
    }
    if !strace::usable(what) {
        return;
    }
    let only = env::var("PAGE").unwrap_or_default();
    let mut differing = Vec::new();
    // As somebody who reads them in order: what a page leaves there, the next one finds.
    let tree = Tree::empty();
    let folder = place(&tree);
    for page in pages().into_iter().filter(|page| page.to_string_lossy().contains(&only)) {
        let _writing = WRITING.lock();
        let (found, of_page) = follow(&page, &folder);
        if is_update() && !of_page.is_empty() {
            fs::write(&page, found).expect("the page");
        } else if !of_page.is_empty() {
            // Commands in the background take their time: the machine may have been busy. Each
            // page can also be read alone.
            let again = || {
                let tree = Tree::empty();
                follow(&page, &place(&tree)).1
            };
            let mut of_page = again();
            for _ in 0..TRIES {
                if !of_page.is_empty() {
                    of_page = again();
                }
            }
            differing.extend(of_page);
        }
    }
    assert!(differing.is_empty(), "UPDATE=1 writes what is so now:\n{}", differing.join("\n"));
}

#[test]
fn a_page_is_its_pieces() {
    let page = "a\n```console pids\n$ b c\nd\n$ e\n```\n$ f\n```rust\n$ g\n```\n";
    let command = |line: &str, shown: &str| Piece::Command {
        line: line.to_owned(),
        shown: shown.to_owned(),
        volatile: vec!["pids".to_owned()],
    };
    let text = |text: &str| Piece::Text(text.to_owned());
    let expected = [
        text("a\n```console pids\n"),
        command("b c", "d\n"),
        command("e", ""),
        text("```\n$ f\n```rust\n$ g\n```\n"),
    ];
    assert_eq!(pieces(page), expected);
}
