//! What a page shows of a program stands in it, line by line.

use std::fs;

use svcd_tests::program::workspace;

use crate::book::pages;

/// All programs of examples/ and what they share.
fn sources() -> String {
    let folders = ["examples", "examples/gate", "examples/solutions"].map(|folder| workspace().join(folder));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("a folder").flatten());
    let rust = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    rust.map(|path| fs::read_to_string(path).expect("a program")).collect()
}

/// The blocks of this language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("```{language}\n");
    page.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn the_course_shows_the_programs_as_they_are() {
    let sources = sources();
    let mut count = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).expect("a page");
        for block in blocks(&page, "rust") {
            assert!(sources.contains(block), "{}: in no program of examples/:\n{block}", path.display());
            count += 1;
        }
    }
    assert!(count > 10, "{count} excerpts");
}

/// A command that no test gives to a shell would have to be in a block of another kind.
#[test]
fn every_block_of_the_course_is_of_a_kind_that_is_checked() {
    let mut by_hand = Vec::new();
    for path in pages() {
        let page = fs::read_to_string(&path).expect("a page");
        for begin in page.lines().filter_map(|line| line.strip_prefix("```")).step_by(2) {
            let kind = begin.split_whitespace().next().unwrap_or_default();
            assert!(["console", "rust", "c", "sh"].contains(&kind), "{}: {begin:?}", path.display());
        }
        by_hand.extend(blocks(&page, "sh").into_iter().map(str::to_owned));
    }
    // What the tests begin with.
    assert_eq!(by_hand, ["make build examples\ncd dist/examples\n"]);
}

/// `[text](target)`: files and lines within the project.
#[test]
fn the_links_of_the_course_lead_somewhere() {
    for path in pages() {
        let page = fs::read_to_string(&path).expect("a page");
        for (at, _) in page.match_indices("](") {
            let target = page[at + 2..].split(')').next().unwrap_or_default();
            if target.contains("://") {
                continue;
            }
            let file = target.split('#').next().unwrap_or_default();
            let there = path.parent().expect("a folder").join(file);
            assert!(there.exists(), "{}: {target}", path.display());
        }
    }
}
