//! curl.

use std::fs;

use svcd_tests::Tree;
use svcd_tests::tree::{BIG, MODIFIED, big, pseudo_random};

use crate::Bench;
use crate::tool::{Place, find};

/// `-q` first: no configuration of the person who runs the tests.
pub const ALWAYS: &[&str] = &["-q", "-sS", "--noproxy", "*", "--max-time", "25"];

fn bench() -> Option<Bench> {
    Bench::new("curl", ALWAYS, Tree::standard())
}

fn empty(_: &Place) {}

#[test]
fn a_file_a_part_and_parts() {
    let Some(bench) = bench() else { return };
    let (place, ended) = bench.compare(empty, &["-o", "got", "-R", "http://{}/big.bin"]);
    ended.with(0);
    assert!(place.files()["got"] == (big().to_vec(), MODIFIED), "the bytes and the time of the file");
    for (range, expected) in
        [("0-9", &big()[..10]), ("100000-", &big()[100_000..]), ("-7", &big()[BIG - 7..])]
    {
        let arguments = ["-o", "got", "-w", "%{http_code}", "--range", range, "http://{}/big.bin"];
        let (place, ended) = bench.compare(empty, &arguments);
        assert_eq!(ended.with(0), "206", "{range}");
        assert!(place.files()["got"].0 == expected, "{range}");
    }
    let parts = ["-o", "got", "-w", "%{http_code}", "-r", "0-9,200000-200009", "http://{}/big.bin"];
    assert_eq!(bench.run(&Place::new(), &parts).with(0), "206");
    let (_, ended) = bench.compare(empty, &["-f", "-r", "6000000-", "http://{}/big.bin"]);
    ended.with(22);
}

#[test]
fn a_download_that_goes_on() {
    let Some(bench) = bench() else { return };
    let cut = |place: &Place| place.write("got", &big()[..1_234_567], MODIFIED);
    let (place, ended) =
        bench.compare(cut, &["-C", "-", "-o", "got", "-w", "%{http_code}", "http://{}/big.bin"]);
    assert_eq!(ended.with(0), "206");
    assert!(place.files()["got"].0 == big());
}

#[test]
fn what_curl_has_already() {
    let Some(bench) = bench() else { return };
    let code = ["-o", "got", "-w", "%{http_code}", "http://{}/hello.txt"];
    let ask = |place: &Place, more: &[&str]| bench.run(place, &[more, &code].concat()).with(0);
    let place = Place::new();
    place.write("held", b"hello, world\n", MODIFIED);
    place.write("older", b"hello, world\n", MODIFIED - 1);
    assert_eq!(ask(&place, &["-z", "held"]), "304");
    assert_eq!(ask(&place, &["-z", "older"]), "200");
    assert_eq!(ask(&place, &["-z", "Thu, 29 Feb 2024 01:06:05 GMT"]), "304");
    assert_eq!(ask(&place, &["-z", "-Thu, 29 Feb 2024 01:06:04 GMT"]), "412");
    assert_eq!(ask(&place, &["--etag-save", "etag"]), "200");
    assert_eq!(ask(&place, &["--etag-compare", "etag"]), "304");
    let held = |place: &Place| place.write("held", b"hello, world\n", MODIFIED);
    let arguments = ["-z", "held", "-o", "got", "-w", "%{http_code}", "http://{}/hello.txt"];
    assert_eq!(bench.compare(held, &arguments).1.with(0), "304");
}

#[test]
fn heads_and_old_versions() {
    let Some(bench) = bench() else { return };
    let head = bench.run(&Place::new(), &["-I", "http://{}/big.bin"]).with(0).to_ascii_lowercase();
    for line in ["http/1.1 200 ok", "content-length: 5242880", "accept-ranges: bytes", "etag: \""] {
        assert!(head.contains(line), "{line} in {head}");
    }
    for target in ["big.bin", "hello.txt", "empty.txt", "dir/", "missing"] {
        let url = format!("http://{{}}/{target}");
        let arguments = ["--http1.0", "-f", "-o", "got", &url];
        let (_, ended) = bench.compare(empty, &arguments);
        ended.with(if target == "missing" { 22 } else { 0 });
    }
    // A listing has no length: its end is the end of the connection.
    bench.run(&Place::new(), &["--http1.0", "-f", "http://{}/bare/"]).with(0);
    bench.run(&Place::new(), &["-f", "--raw", "http://{}/bare/"]).with(0);
    let (_, ended) =
        bench.compare(empty, &["-f", "-L", "-o", "got", "-w", "%{num_redirects}", "http://{}/dir"]);
    assert_eq!(ended.with(0), "1");
}

#[test]
fn compressed_siblings() {
    let Some(bench) = bench() else { return };
    let page = [b"<p>text ".repeat(2000), pseudo_random(3000)].concat();
    bench.server.tree.file("page.html", &page);
    let makers: [(&str, &str, &[&str]); 3] =
        [("gzip", "gz", &["-k", "-n"]), ("zstd", "zst", &["-q", "-k"]), ("brotli", "br", &["-k"])];
    let features = bench.run(&Place::new(), &["--version"]).with(0);
    for (maker, extension, options) in makers {
        let known = if maker == "gzip" { "libz" } else { maker };
        let (Some(tool), true) = (find(maker), features.contains(known)) else {
            svcd_tests::skip(&format!("a sibling of {maker}"), "no such tool, or curl does not know it");
            continue;
        };
        let source = bench.server.tree.path("page.html").display().to_string();
        Place::new().run(&tool, &[options, &[source.as_str()]].concat()).with(0);
        let coding = if maker == "brotli" { "br" } else { maker };
        let accept = format!("Accept-Encoding: {coding}");
        let arguments =
            ["--compressed", "-H", &accept, "-o", "got", "-w", "%{size_download}", "http://{}/page.html"];
        let place = Place::new();
        let transferred: usize = bench.run(&place, &arguments).with(0).parse().expect("a number");
        assert!(place.files()["got"].0 == page, "{maker}: what curl has made of it");
        let sibling = fs::metadata(bench.server.tree.path(format!("page.html.{extension}"))).expect("it");
        assert_eq!(transferred as u64, sibling.len(), "{maker}: the sibling was sent");
    }
    let place = bench.compare(empty, &["--compressed", "-o", "got", "http://{}/page.html"]).0;
    assert!(place.files()["got"].0 == page);
    let place = bench.compare(empty, &["-o", "got", "http://{}/page.html"]).0;
    assert!(place.files()["got"].0 == page);
}

#[test]
fn one_connection_for_many_requests() {
    let Some(bench) = bench() else { return };
    let connects = ["-w", "%{http_code} %{num_connects}\n", "-o", "got"];
    let several = |urls: &[&[&str]]| {
        let arguments: Vec<&str> = urls
            .iter()
            .enumerate()
            .flat_map(|(place, url)| {
                let next: &[&str] = if place == 0 { &[] } else { &["--next", "-sS", "--noproxy", "*"] };
                [next, &connects, url].concat()
            })
            .collect();
        bench.run(&Place::new(), &arguments).with(0)
    };
    let lines = several(&[
        &["http://{}/hello.txt"],
        &["http://{}/big.bin"],
        &["-I", "http://{}/big.bin"],
        &["http://{}/missing"],
        &["http://{}/bare/"],
        &["-r", "0-9", "http://{}/big.bin"],
        &["-r", "0-9,300000-300009", "http://{}/big.bin"],
        &["-H", "If-None-Match: *", "http://{}/hello.txt"],
        &["-X", "OPTIONS", "http://{}/"],
        &["http://{}/dir"],
        &["http://{}/hello.txt"],
    ]);
    let right = "200 1\n200 0\n200 0\n404 0\n200 0\n206 0\n206 0\n304 0\n204 0\n301 0\n200 0\n";
    assert_eq!(lines, right, "a status, and whether a connection was made for it");
    let many =
        bench.run(&Place::new(), &["-w", "%{num_connects}\n", "-o", "got", "http://{}/hello.txt?[1-50]"]);
    let made: u32 = many.with(0).lines().filter_map(|line| line.parse::<u32>().ok()).sum();
    assert!((1..=2).contains(&made), "{made} connections for fifty requests");
}

#[test]
fn many_connections_at_once() {
    let Some(bench) = bench() else { return };
    let place = Place::new();
    let arguments = ["-Z", "--parallel-max", "16", "-f", "-o", "got-#1", "http://{}/big.bin?[1-24]"];
    bench.run(&place, &arguments).with(0);
    let files = place.files();
    assert!(files.len() == 24 && files.values().all(|file| file.0 == big()));
}

#[test]
fn names_that_must_be_encoded() {
    let Some(bench) = bench() else { return };
    bench.server.tree.file("a b/\u{e4}+%41.txt", b"odd\n");
    let url = "http://{}/a%20b/%C3%A4+%2541.txt";
    let (place, ended) = bench.compare(empty, &["-f", "-o", "got", url]);
    ended.with(0);
    assert_eq!(place.files()["got"].0, b"odd\n");
    bench.compare(empty, &["-f", "--path-as-is", "-o", "got", "http://{}/dir/../hello.txt"]).1.with(0);
    let ended = bench.run(&Place::new(), &["-f", "--path-as-is", "http://{}/../outside/secret.txt"]);
    ended.with(22);
}
