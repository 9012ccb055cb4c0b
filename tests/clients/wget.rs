//! wget.

use std::collections::BTreeMap;
use std::fs;

use svcd_tests::Tree;
use svcd_tests::log_line::LogLine;
use svcd_tests::tree::{MODIFIED, big, pseudo_random};

use crate::Bench;
use crate::tool::Place;

const ALWAYS: &[&str] = &["--no-config", "--no-proxy", "-nv", "--timeout=20", "--tries=1"];

fn bench(tree: Tree) -> Option<Bench> {
    Bench::new("wget", ALWAYS, tree)
}

#[test]
fn a_download_that_goes_on() {
    let Some(bench) = bench(Tree::standard()) else { return };
    let cut = |place: &Place| place.write("big.bin", &big()[..777_777], MODIFIED);
    let (place, ended) = bench.compare(cut, &["-c", "http://{}/big.bin"]);
    ended.with(0);
    assert!(place.files()["big.bin"].0 == big());
    let line = LogLine::parse(&bench.server.log().lines(1)[0]).expect("a line");
    assert_eq!((line.status, line.bytes), (206, (big().len() - 777_777) as u64), "only what was missing");
    // It has all of it: 416 says so.
    let whole = |place: &Place| place.write("big.bin", big(), MODIFIED);
    let (place, ended) = bench.compare(whole, &["-c", "http://{}/big.bin"]);
    ended.with(0);
    assert!(place.files()["big.bin"].0 == big());
}

#[test]
fn only_what_is_newer() {
    let Some(bench) = bench(Tree::standard()) else { return };
    let held = |place: &Place| place.write("hello.txt", b"hello, world\n", MODIFIED);
    let (place, ended) = bench.compare(held, &["-N", "http://{}/hello.txt"]);
    ended.with(0);
    assert_eq!(place.files()["hello.txt"], (b"hello, world\n".to_vec(), MODIFIED));
    assert_eq!(LogLine::parse(&bench.server.log().lines(1)[0]).map(|line| line.status), Ok(304));
    let older = |place: &Place| place.write("hello.txt", b"old\n", MODIFIED - 1);
    let (place, ended) = bench.compare(older, &["-N", "http://{}/hello.txt"]);
    ended.with(0);
    assert_eq!(
        place.files()["hello.txt"],
        (b"hello, world\n".to_vec(), MODIFIED),
        "with the time of the file"
    );
}

#[test]
fn a_whole_tree_by_its_listings() {
    let tree = Tree::empty();
    let names =
        ["a.txt", "sub/b.txt", "sub/deeper/c.bin", "sub/deeper/d e.txt", "x&y.txt", "p%q.txt", "\u{e4}.txt"];
    for (number, name) in names.iter().enumerate() {
        tree.file(format!("top/{name}"), &pseudo_random(100 + 40_000 * number));
    }
    tree.file("beside/not-this.txt", b"x");
    tree.file("top/.hidden", b"x");
    let Some(bench) = bench(tree) else { return };
    let options = ["-r", "-np", "-nH", "-l", "inf", "-R", "index.html*", "--restrict-file-names=nocontrol"];
    let arguments = [&options[..], &["http://{}/top/"]].concat();
    let (place, ended) = bench.compare(|_| {}, &arguments);
    ended.with(0);
    let found = place.files();
    let got: Vec<&String> = found.keys().collect();
    let mut right: Vec<String> = names.iter().map(|name| format!("top/{name}")).collect();
    right.sort();
    assert_eq!(got, right.iter().collect::<Vec<_>>());
    for name in &right {
        let served = fs::read(bench.server.tree.path(name)).expect("a file");
        assert!(found[name].0 == served, "{name}: other bytes");
        assert_eq!(found[name].1, MODIFIED, "{name}: another time");
    }
    let log = bench.server.stop().stdout;
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for line in log.lines().map(|line| LogLine::parse(line).expect("a line")) {
        assert!([200, 404].contains(&line.status), "{line:?}");
        assert!(line.status == 200 || line.request.contains("/robots.txt"), "{line:?}");
        *times.entry(line.request).or_default() += 1;
    }
    assert!(times.values().all(|count| *count == 1), "nothing was fetched twice: {times:?}");
}

#[test]
fn a_missing_page_is_an_error() {
    let Some(bench) = bench(Tree::standard()) else { return };
    let (place, ended) = bench.compare(|_| {}, &["http://{}/missing"]);
    ended.with(8);
    assert!(place.files().is_empty());
    let (_, ended) = bench.compare(|_| {}, &["--spider", "http://{}/big.bin"]);
    ended.with(0);
    let (_, ended) = bench.compare(|_| {}, &["--spider", "http://{}/missing"]);
    ended.with(8);
}
