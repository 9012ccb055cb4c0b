//! A listing as people see it: on a desk and on a phone, by day and by night.

use std::fs::{self, File};

use serde_json::{Value, json};
use svcd_tests::tree::{MODIFIED, pseudo_random};
use svcd_tests::{Server, Tree, clock, skip};

use crate::devtools::{Browser, executable};
use crate::{FACTS, VIEWPORTS, array, check, save_screenshots, screenshots, visit};

/// The names in the table without the way up, in their order.
const NAMES: &str = "[...document.querySelectorAll('tbody a')].map(link => link.textContent)
    .filter(name => !name.startsWith('..'))";

/// The statuses of everything that the page links to.
const STATUSES: &str =
    "Promise.all([...document.links].map(link => fetch(link.href).then(got => got.status)))";

fn tree() -> Tree {
    let tree = Tree::empty();
    tree.file("favicon.ico", b"");
    let long = format!("long-{}.txt", "n".repeat(200));
    let files: [(&str, usize, u64); 5] = [
        ("b.txt", 3000, MODIFIED + 200_000),
        ("a.txt", 2_500_000, MODIFIED + 900_000),
        ("d <&> \u{540d}.txt", 9, MODIFIED + 100_000),
        ("c.txt", 40_000, MODIFIED),
        (&long, 1, MODIFIED + 500_000),
    ];
    for (name, length, seconds) in files {
        let path = tree.file(format!("list/{name}"), &vec![b'x'; length]);
        let file = File::options().write(true).open(path).expect("the file");
        file.set_modified(clock::at(seconds)).expect("a time of modification");
    }
    tree.file("list/folder/x.txt", b"x");
    tree
}

#[test]
fn a_listing_can_be_read_and_sorted() {
    let Some(executable) = executable() else {
        return skip("a listing in a browser", "no Chromium found; $CHROMIUM can name one");
    };
    let server = Server::with(tree()).start();
    let origin = format!("http://{}", server.address);
    let mut browser = Browser::start(&executable);
    for (viewport, width, height, mobile) in VIEWPORTS {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        browser.call("Emulation.setDeviceMetricsOverride", metrics);
        let url = format!("{origin}/list/");
        let mut problems = visit(&mut browser, &url, &origin, 200).problems;
        let facts = browser.evaluate(FACTS);
        problems.extend(check(&facts, width));
        assert!(problems.is_empty(), "{viewport}: {problems:#?}");
        assert_eq!(initials(&mut browser), "abcdl", "{viewport}: by name");
        // Each column as it comes first, and the other way round.
        for (column, first, second) in
            [("S", "acbdl", "ldbca"), ("M", "albdc", "cdbla"), ("N", "abcdl", "ldcba")]
        {
            for right in [first, second] {
                click(&mut browser, column);
                assert_eq!(initials(&mut browser), right, "{viewport}: by {column}");
            }
        }
        let statuses = browser.evaluate(STATUSES);
        assert!(
            array(&statuses).len() > 9 && array(&statuses).iter().all(|status| *status == 200),
            "{statuses}"
        );
        save_screenshots(&mut browser, viewport, "/list/", &facts);
        let picture = |scheme| fs::read(screenshots().join(format!("{viewport}-{scheme}-list.png")));
        let (day, night) = (picture("light").expect("a picture"), picture("dark").expect("a picture"));
        assert!(day != night, "{viewport}: a dark scheme looks otherwise");
    }
}

/// The first letters of the files, in the order of the table.
fn initials(browser: &mut Browser) -> String {
    let names = browser.evaluate(NAMES);
    let names = array(&names).iter().filter_map(Value::as_str).filter(|name| !name.ends_with('/'));
    names.filter_map(|name| name.chars().next()).collect()
}

/// Clicks on the title of a column and waits for the page that comes.
fn click(browser: &mut Browser, column: &str) {
    browser.take_events();
    browser.evaluate(&format!("document.querySelector('th a[href*=\"C={column}\"]').click()"));
    browser.wait_for("the sorted listing", |events| {
        events.iter().any(|event| event["method"] == "Page.loadEventFired")
    });
    browser.take_events();
}

#[test]
fn parts_and_what_the_browser_has_already() {
    let Some(executable) = executable() else {
        return skip("parts in a browser", "no Chromium found; $CHROMIUM can name one");
    };
    const PAGE: &str = "<!doctype html><title>page</title><link rel=icon href='data:,'>\
        <link rel=stylesheet href=style.css><h1>page</h1>";
    let tree = Tree::empty();
    tree.file("page.html", PAGE.as_bytes());
    tree.file("style.css", b"h1 { color: red }");
    let bytes = pseudo_random(100_000);
    tree.file("bytes.bin", &bytes);
    tree.file("tone.wav", &tone());
    let server = Server::with(tree).start();
    let origin = format!("http://{}", server.address);
    let mut browser = Browser::start(&executable);
    let seen = visit(&mut browser, &format!("{origin}/page.html"), &origin, 200);
    assert!(seen.problems.is_empty(), "{:#?}", seen.problems);

    let part = browser.evaluate(
        "fetch('bytes.bin', { headers: { Range: 'bytes=1000-1003' } }).then(async got =>
            [got.status, got.headers.get('Content-Range'), ...new Uint8Array(await got.arrayBuffer())])",
    );
    let right = json!([206, "bytes 1000-1003/100000", bytes[1000], bytes[1001], bytes[1002], bytes[1003]]);
    assert_eq!(part, right);

    browser.take_events();
    browser.call("Page.reload", json!({}));
    browser.wait_for("the page again", |events| {
        events.iter().any(|event| event["method"] == "Page.loadEventFired")
    });
    assert_eq!(browser.evaluate("getComputedStyle(document.querySelector('h1')).color"), "rgb(255, 0, 0)");
    let count = |what: &str| server.log().so_far().lines().filter(|line| line.contains(what)).count();
    assert_eq!(count("GET /page.html HTTP/1.1\" 304"), 1, "{}", server.log().so_far());

    // A player that is told to go to the end does not fetch what is between.
    let place = browser.evaluate(
        "new Promise(done => {
            const player = new Audio('tone.wav');
            player.onerror = () => done('error ' + player.error.message);
            player.onseeked = () => done(player.currentTime);
            player.onloadedmetadata = () => { player.currentTime = 1200; };
            player.preload = 'auto';
            player.load();
        })",
    );
    assert_eq!(place, 1200, "seconds");
    assert!(count("GET /tone.wav HTTP/1.1\" 206") >= 2, "{}", server.log().so_far());
}

/// Twenty-one minutes of silence, longer than a player loads beforehand: 16 bits,
/// 8000 a second.
fn tone() -> Vec<u8> {
    const RATE: u32 = 8000;
    const BYTES: u32 = RATE * 2 * 1260;
    let mut wave = Vec::new();
    wave.extend(b"RIFF");
    wave.extend((36 + BYTES).to_le_bytes());
    wave.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wave.extend(RATE.to_le_bytes());
    wave.extend((RATE * 2).to_le_bytes());
    wave.extend(b"\x02\0\x10\0data");
    wave.extend(BYTES.to_le_bytes());
    wave.resize(wave.len() + BYTES as usize, 0);
    wave
}
