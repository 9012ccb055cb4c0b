//! Listings of folders without an index: all that can be asked for, nothing else.

mod json;

use std::collections::BTreeSet;
use std::fs::File;

use serde_json::Value;
use svcd_tests::asking::{asking, both, fields, status};
use svcd_tests::html::{hrefs, target, text};
use svcd_tests::tree::MODIFIED;
use svcd_tests::{Response, Server, Tree, clock, each, scale};

/// Names that a page or a URI could trip over.
const ODD: &[&str] = &[
    "a b",
    "a&b",
    "a&amp;b",
    "a<b>c",
    "a\"b",
    "a'b",
    "a%41",
    "a#b",
    "a?b",
    "a+b",
    "a=b",
    "a;b",
    "a:b",
    "javascript:alert(1)",
    "http:",
    "back\\slash",
    "\\\\evil.example",
    "-dash",
    "~tilde",
    "[x]{y}|^`",
    "(paren)",
    "<script>alert(1)",
    "\u{e4}\u{540d}",
    "\u{1f980}",
    "a..b",
    "a.",
    "index.htm",
];

/// A folder `list` with the odd names, and things beside them that are hidden.
fn tree() -> Tree {
    let tree = Tree::standard();
    for name in ODD {
        tree.file(format!("list/{name}"), name.as_bytes());
    }
    tree.file("list/sub folder/x.txt", b"x");
    tree.file("list/sub<b>/x.txt", b"x");
    tree.file("list/.hidden", b"hidden");
    tree.file("list/.well-known/x", b"hidden");
    tree.file(b"list/line\nfeed", b"x");
    tree.file(b"list/bell\x07", b"x");
    tree.file(b"list/delete\x7f", b"x");
    tree.link("list/link", "a b");
    tree.link("list/link-to-folder", "sub folder");
    tree.link("list/link-outside", "../../outside/secret.txt");
    tree.fifo("list/fifo");
    tree.socket("list/socket");
    tree
}

/// The links of a listing into its folder, in their order.
fn entries(page: &Response, base: &str) -> Result<Vec<String>, String> {
    let folder = base.split('?').next().unwrap_or_default();
    let mut names = Vec::new();
    for href in hrefs(&page.text()) {
        let target = target(base, &href)?;
        match target.strip_prefix(folder) {
            Some(name) if !name.is_empty() && !name.starts_with('?') => names.push(name.to_owned()),
            _ => {}
        }
    }
    Ok(names)
}

fn listed(server: &Server, target: &str) -> Vec<String> {
    let page = both(server, target, &[]).unwrap_or_else(|why| panic!("{target}: {why}"));
    assert_eq!(page.status, 200, "{target}");
    entries(&page, target).unwrap_or_else(|why| panic!("{target}: {why}"))
}

#[test]
fn every_link_leads_somewhere() {
    let server = Server::with(tree()).start();
    let mut queue = vec!["/list/".to_owned()];
    let mut known: BTreeSet<String> = queue.iter().cloned().collect();
    while let Some(base) = queue.pop() {
        let page = server.get(&base).expect("an answer");
        assert_eq!(page.status, 200, "{base}");
        if !base.starts_with("/list/") || !base.split('?').next().is_some_and(|path| path.ends_with('/')) {
            continue;
        }
        page.has("Content-Type", "text/html; charset=utf-8").expect("a page");
        for href in hrefs(&page.text()) {
            let target = target(&base, &href).unwrap_or_else(|why| panic!("{base}: {why}"));
            if known.insert(target.clone()) {
                queue.push(target);
            }
        }
    }
    // The parent, the odd names, two folders with a file each, and the orders.
    assert!(known.len() > ODD.len() + 5, "{known:?}");
}

#[test]
fn what_is_listed_and_what_is_not() {
    let server = Server::with(tree()).start();
    let page = server.get("/list/").expect("a listing");
    let shown = text(&page.text());
    for name in ODD.iter().chain(&["sub folder", "sub<b>"]) {
        assert!(shown.contains(name), "{name} is not in {shown}");
    }
    let names = entries(&page, "/list/").expect("links");
    assert_eq!(names.len(), ODD.len() + 2, "{names:?}");
    let folders: Vec<&String> = names.iter().filter(|name| name.ends_with('/')).collect();
    assert_eq!(folders.len(), 2, "folders have their slash: {folders:?}");
    for hidden in ["hidden", "well-known", "fifo", "socket", "link", "feed", "bell", "delete"] {
        assert!(!names.iter().any(|name| name.contains(hidden)), "{hidden} in {names:?}");
    }
    assert!(page.text().bytes().all(|byte| byte >= b' ' || byte == b'\n'), "no control byte");
}

#[test]
fn names_are_no_markup() {
    let server = Server::with(tree()).start();
    for base in ["/list/", "/list/sub%3Cb%3E/", "/list/?C=<script>", "/list/?\"'><script>alert(1)</script>"] {
        let page = server.get(base).expect("a listing").text();
        assert!(!page.contains("<script>alert") && !page.contains("sub<b>"), "{base}: {page}");
        assert!(!page.contains("a&b"), "{base}: an ampersand as it is");
    }
}

#[test]
fn bytes_that_are_no_utf_8() {
    if cfg!(target_os = "macos") {
        return svcd_tests::skip("a name that is not UTF-8", "the file system has none");
    }
    let tree = Tree::empty();
    tree.file(b"odd/\xff\xfe", b"bytes");
    let server = Server::with(tree).start();
    let names = listed(&server, "/odd/");
    let page = server.get(format!("/odd/{}", names[0])).expect("an answer");
    assert_eq!((names.len(), page.text().as_str()), (1, "bytes"));
    let json = server.ask(&asking("GET", "/odd/", &["Accept: application/json"])).expect("an answer");
    serde_json::from_slice::<Value>(&json.body).expect("JSON all the same");
}

#[test]
fn orders() {
    // Name, length, seconds: no two orders are the same.
    const FILES: &[(&str, usize, u64)] = &[
        ("b.txt", 30, MODIFIED + 2),
        ("a.txt", 20, MODIFIED + 9),
        ("d.txt", 9, MODIFIED + 1),
        ("c.txt", 100, MODIFIED),
    ];
    const ROWS: &[(&str, &str)] = &[
        ("", "abcd"),
        ("?", "abcd"),
        ("?C=N;O=A", "abcd"),
        ("?C=N;O=D", "dcba"),
        ("?C=S;O=A", "dabc"),
        ("?C=S;O=D", "cbad"),
        ("?C=M;O=A", "cdba"),
        ("?C=M;O=D", "abdc"),
        ("?C=M", "cdba"),
        ("?C=S&O=D", "cbad"),
        ("?C=X;O=Y", "abcd"),
        ("?something=else", "abcd"),
    ];
    let tree = Tree::empty();
    for (name, length, seconds) in FILES {
        let path = tree.file(format!("list/{name}"), &vec![b'x'; *length]);
        let file = File::options().write(true).open(path).expect("the file");
        file.set_modified(clock::at(*seconds)).expect("a time of modification");
    }
    let server = Server::with(tree).start();
    each(ROWS.iter().map(|row| (format!("/list/{}", row.0), row)), |(query, right)| {
        let names = listed(&server, &format!("/list/{query}"));
        let letters: String = names.iter().filter_map(|name| name.chars().next()).collect();
        if letters == *right { Ok(()) } else { Err(format!("expected {right}, got {letters}")) }
    });
    let page = server.get("/list/").expect("a listing");
    for column in ["C=N", "C=M", "C=S"] {
        assert!(hrefs(&page.text()).iter().any(|href| href.contains(column)), "a link for {column}");
    }
    let shown = text(&page.text());
    assert!(shown.contains("2024"), "the dates are shown: {shown}");
}

#[test]
fn framed_by_what_the_client_understands() {
    let server = Server::with(tree()).start();
    let new = server.ask(&asking("GET", "/list/", &[])).expect("an answer");
    assert_eq!(new.has("Transfer-Encoding", "chunked"), Ok(()));
    assert_eq!(new.field("Content-Length"), None);
    let old = server.ask(b"GET /list/ HTTP/1.0\r\n\r\n").expect("an answer");
    assert_eq!((old.field("Transfer-Encoding"), old.status), (None, 200), "1.0 knows no chunks");
    assert_eq!(old.body, new.body);
    let kept = server.ask(b"GET /list/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").expect("an answer");
    assert_eq!(kept.body, new.body, "its end is the close, whatever was asked for");
}

#[test]
fn which_folders_are_listed() {
    const ROWS: &[(&str, u16)] = &[
        ("/list/", 200),
        ("/empty/", 200),
        ("/list", 301),
        ("/missing/", 404),
        ("/hello.txt/", 404),
        ("/.git/", 404),
        ("/list/link-to-folder/", 403),
        ("/list/fifo/", 404),
    ];
    let tree = tree();
    tree.folder("empty");
    let server = Server::with(tree).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right)| {
        let answer = server.get(target)?;
        let right: &[u16] = if *right == 404 { &[404, 403] } else { &[*right] };
        status(&answer, right)
    });
    assert!(listed(&server, "/empty/").is_empty());
    let index = server.get("/dir/").expect("an answer");
    assert!(index.text().contains("<title>dir"), "an index stands for its folder");
    let root = Tree::empty();
    root.file("only.txt", b"x");
    let server = Server::with(root).start();
    assert_eq!(listed(&server, "/"), ["only.txt"]);
    for href in hrefs(&server.get("/").expect("a listing").text()) {
        assert!(!href.starts_with(".."), "nothing is above the root: {href}");
    }
}

#[test]
fn no_listing() {
    let server = Server::with(tree()).arguments(&["--no-listing"]).start();
    let answer = both(&server, "/list/", &[]).expect("an answer");
    assert_eq!(answer.status, 403);
    assert!(!answer.text().contains("sub folder"));
    let json = both(&server, "/list/", &["Accept: application/json"]).expect("an answer");
    assert_eq!(json.status, 403);
    assert_eq!(server.get("/dir/").map(|answer| answer.status), Ok(200), "an index is still sent");
    assert_eq!(server.get("/list").map(|answer| answer.status), Ok(301));
}

#[test]
fn a_large_folder_is_listed_whole() {
    let count = scale(3000);
    let tree = Tree::empty();
    let long = "n".repeat(200);
    for number in 0..count {
        tree.file(format!("many/{number:05}-{long}"), b"");
    }
    let server = Server::with(tree).start();
    let names = listed(&server, "/many/");
    assert_eq!(names.len(), count);
    assert!(names.is_sorted(), "in the order of their names");
    let json = server.ask(&asking("GET", "/many/", &["Accept: application/json"])).expect("an answer");
    let list: Value = serde_json::from_slice(&json.body).expect("JSON");
    assert_eq!(list.as_array().map(Vec::len), Some(count));
}

#[test]
fn a_listing_shows_what_is_there_now() {
    let server = Server::with(tree()).start();
    let before = server.ask(&asking("GET", "/bare/", &[])).expect("an answer");
    server.tree.file("bare/new.txt", b"x");
    let after = server.ask(&asking("GET", "/bare/", &[])).expect("an answer");
    assert!(entries(&after, "/bare/").is_ok_and(|names| names.contains(&"new.txt".to_owned())));
    assert_eq!(fields(&before), fields(&after));
}
