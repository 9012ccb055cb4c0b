//! Compressed siblings: `x.br`, `x.zst` or `x.gz` is sent for `x` to a client that
//! accepts it (RFC 9110 12.5.3), as a representation of its own.

use std::fs::{self, File};

use svcd_tests::asking::{Validators, asking, both, status, without};
use svcd_tests::tree::{MODIFIED, pseudo_random};
use svcd_tests::{Response, Server, Tree, clock, each, skip};

const PLAIN: &[u8] = b"<!doctype html><title>plain</title>\n";

/// Coding, extension, content. The server looks at names only, so these need
/// not be what they say; the clients' tests have real ones.
const SIBLINGS: [(&str, &str, &[u8]); 3] =
    [("br", "br", b"brotli"), ("zstd", "zst", b"z standard"), ("gzip", "gz", b"gnu zip it")];

fn tree() -> Tree {
    let tree = Tree::standard();
    for name in ["page.html", "dir/index.html", "only-gz.html", "style.css"] {
        tree.file(name, PLAIN);
        for (_, extension, bytes) in SIBLINGS {
            if name != "only-gz.html" || extension == "gz" {
                tree.file(format!("{name}.{extension}"), bytes);
            }
        }
    }
    tree
}

/// `Ok` if the answer is `/page.html` or a sibling of it in this coding.
fn in_coding(answer: &Response, coding: &str) -> Result<(), String> {
    status(answer, &[200])?;
    answer.has("Vary", "Accept-Encoding")?;
    if !answer.need("Content-Type")?.starts_with("text/html") {
        return Err(format!("Content-Type of something else: {:?}", answer.field("Content-Type")));
    }
    let content = match SIBLINGS.iter().find(|sibling| sibling.0 == coding) {
        Some((coding, _, bytes)) => {
            answer.has("Content-Encoding", coding)?;
            *bytes
        }
        None => {
            without(answer, &["Content-Encoding"])?;
            PLAIN
        }
    };
    answer.has("Content-Length", &content.len().to_string())?;
    if answer.body == content { Ok(()) } else { Err(format!("other bytes: {:?}", answer.text())) }
}

/// Field lines, and the codings that are right answers to them.
type Row<'a> = (&'a [&'a str], &'a [&'a str]);

fn check(target: &str, rows: &[Row]) {
    let server = Server::with(tree()).start();
    each(rows.iter().map(|row| (format!("{target}, {:?}", row.0), row)), |(lines, right)| {
        let answer = both(&server, target, lines)?;
        let outcomes: Vec<_> = right.iter().map(|coding| in_coding(&answer, coding)).collect();
        if outcomes.iter().any(Result::is_ok) { Ok(()) } else { outcomes.into_iter().collect() }
    });
}

#[test]
fn what_is_accepted_is_sent() {
    check(
        "/page.html",
        &[
            (&[], &["identity"]),
            (&["Accept-Encoding:"], &["identity"]),
            (&["Accept-Encoding: gzip"], &["gzip"]),
            (&["Accept-Encoding: br"], &["br"]),
            (&["Accept-Encoding: zstd"], &["zstd"]),
            (&["accept-encoding: GZIP"], &["gzip"]),
            (&["Accept-Encoding: identity"], &["identity"]),
            (&["Accept-Encoding: deflate"], &["identity"]),
            (&["Accept-Encoding: deflate, gzip"], &["gzip"]),
            (&["Accept-Encoding: gzip,,deflate, "], &["gzip"]),
            (&["Accept-Encoding: ,gzip"], &["gzip"]),
            (&["Accept-Encoding: x-gzip"], &["gzip", "identity"]),
            (&["Accept-Encoding: deflate", "Accept-Encoding: br"], &["br"]),
            // Not a search for these letters.
            (&["Accept-Encoding: gzipped"], &["identity"]),
            (&["Accept-Encoding: notgzip"], &["identity"]),
            (&["Accept-Encoding: br-gzip"], &["identity"]),
            (&["X-Accept-Encoding: gzip"], &["identity"]),
        ],
    );
}

#[test]
fn what_is_preferred_is_sent() {
    check(
        "/page.html",
        &[
            (&["Accept-Encoding: gzip, deflate, br, zstd"], &["br"]),
            (&["Accept-Encoding: zstd, gzip"], &["zstd"]),
            (&["Accept-Encoding: gzip, br"], &["br"]),
            (&["Accept-Encoding: *"], &["br"]),
            (&["Accept-Encoding: gzip, *"], &["br"]),
            (&["Accept-Encoding: gzip;q=0.9, br;q=0.5"], &["gzip"]),
            (&["Accept-Encoding: br;q=0.5, zstd;q=0.501"], &["zstd"]),
            (&["Accept-Encoding: br;q=1.000, gzip;q=0.999"], &["br"]),
            (&["Accept-Encoding: gzip;q=1, *;q=0.1"], &["gzip"]),
            (&["Accept-Encoding: *;q=0.9, gzip;q=0.1"], &["br"]),
            (&["Accept-Encoding: gzip;q=0.001"], &["gzip"]),
            (&["Accept-Encoding: gzip ; Q=0.5 , br;q=0.4"], &["gzip"]),
            (&["Accept-Encoding: identity;q=0.5, gzip"], &["gzip"]),
            (&["Accept-Encoding: identity, gzip;q=0.5"], &["identity"]),
            (&["Accept-Encoding: identity;q=0.9, gzip;q=0.5"], &["identity"]),
            (&["Accept-Encoding: identity;q=0.3, *;q=0.5"], &["br"]),
        ],
    );
}

#[test]
fn what_is_refused_is_not_sent() {
    check(
        "/page.html",
        &[
            (&["Accept-Encoding: gzip;q=0"], &["identity"]),
            (&["Accept-Encoding: gzip;q=0.0"], &["identity"]),
            (&["Accept-Encoding: gzip; q=0.000"], &["identity"]),
            (&["Accept-Encoding: br;q=0, gzip"], &["gzip"]),
            (&["Accept-Encoding: br;q=0, *"], &["zstd"]),
            (&["Accept-Encoding: *, br;q=0"], &["zstd"]),
            (&["Accept-Encoding: br;q=0, zstd;q=0, *;q=0.2"], &["gzip"]),
            (&["Accept-Encoding: br, *;q=0"], &["br"]),
            (&["Accept-Encoding: gzip, identity;q=0"], &["gzip"]),
            // No number of this form is a quality.
            (&["Accept-Encoding: gzip;q=1.5"], &["identity", "gzip"]),
            (&["Accept-Encoding: gzip;q=-1"], &["identity", "gzip"]),
            (&["Accept-Encoding: gzip;q="], &["identity", "gzip"]),
        ],
    );
}

#[test]
fn what_is_there_is_sent() {
    check(
        "/only-gz.html",
        &[
            (&["Accept-Encoding: gzip, br"], &["gzip"]),
            (&["Accept-Encoding: br;q=1, gzip;q=0.1"], &["gzip"]),
            (&["Accept-Encoding: br"], &["identity"]),
            (&["Accept-Encoding: *"], &["gzip"]),
            (&[], &["identity"]),
        ],
    );
    check("/dir/", &[(&["Accept-Encoding: gzip"], &["gzip"]), (&[], &["identity"])]);
}

#[test]
fn nothing_but_refused_codings_is_the_plain_file_or_406() {
    let server = Server::with(tree()).start();
    for line in ["Accept-Encoding: identity;q=0", "Accept-Encoding: *;q=0"] {
        let answer = both(&server, "/page.html", &[line]).expect("an answer");
        assert!(answer.status == 406 || in_coding(&answer, "identity").is_ok(), "{line}: {answer:?}");
    }
}

#[test]
fn a_sibling_has_the_type_of_its_file() {
    let server = Server::with(tree()).start();
    for coding in ["gzip", "br", "zstd", "identity"] {
        let line = format!("Accept-Encoding: {coding}");
        let answer = both(&server, "/style.css", &[&line]).expect("an answer");
        assert!(answer.need("Content-Type").is_ok_and(|kind| kind.starts_with("text/css")), "{answer:?}");
    }
}

#[test]
fn a_sibling_asked_for_by_name_is_a_file_of_its_own() {
    let server = Server::with(tree()).start();
    for (_, extension, bytes) in SIBLINGS {
        let target = format!("/page.html.{extension}");
        let answer = both(&server, &target, &["Accept-Encoding: gzip, br, zstd"]).expect("an answer");
        assert_eq!((answer.status, &*answer.body), (200, bytes), "{target}");
        without(&answer, &["Content-Encoding"]).expect("it is the file, not a coding of it");
        if extension == "gz" {
            assert_eq!(answer.has("Content-Type", "application/gzip"), Ok(()));
        }
    }
}

#[test]
fn each_representation_has_its_own_validators() {
    let tree = tree();
    let later = MODIFIED + 60;
    set_modified(&tree, "page.html.gz", later);
    let server = Server::with(tree).start();
    let of = |coding: &str| {
        let line = format!("Accept-Encoding: {coding}");
        Validators::of(&server, "/page.html", &[&line]).expect("validators")
    };
    let (plain, gzip, brotli) = (of("identity"), of("gzip"), of("br"));
    assert!(plain.etag != gzip.etag && plain.etag != brotli.etag && gzip.etag != brotli.etag);
    assert_eq!((&plain.date, gzip.date.clone()), (&brotli.date, clock::imf_fixdate(later)));
    let rows = [
        ("gzip", &gzip, "If-None-Match: {etag}", 304),
        ("gzip", &gzip, "If-Modified-Since: {date}", 304),
        ("gzip", &gzip, "If-Match: {etag}", 200),
        ("identity", &gzip, "If-None-Match: {etag}", 200),
        ("identity", &gzip, "If-Match: {etag}", 412),
        ("br", &gzip, "If-None-Match: {etag}", 200),
        ("gzip", &plain, "If-None-Match: {etag}", 200),
        ("gzip", &plain, "If-Modified-Since: {date}", 200),
        ("identity", &plain, "If-None-Match: {etag}", 304),
    ];
    each(rows.map(|row| (format!("{} {}", row.0, row.2), row)), |(coding, held, line, right)| {
        let accept = format!("Accept-Encoding: {coding}");
        let answer = both(&server, "/page.html", &[&accept, &held.fill(line)])?;
        if right != 412 {
            answer.has("Vary", "Accept-Encoding")?;
        }
        status(&answer, &[right])
    });
}

#[test]
fn ranges_are_of_what_is_sent() {
    let tree = tree();
    let bytes = pseudo_random(2000);
    tree.file("page.html.gz", &bytes);
    let server = Server::with(tree).start();
    let ask = |range: &str, more: &str| {
        let lines = [range, "Accept-Encoding: gzip", more];
        server.ask(&asking("GET", "/page.html", &lines)).expect("an answer")
    };
    let part = ask("Range: bytes=1000-1009", "X: y");
    assert_eq!((part.status, &*part.body), (206, &bytes[1000..1010]));
    assert_eq!(part.has("Content-Range", "bytes 1000-1009/2000"), Ok(()));
    assert_eq!(part.has("Content-Encoding", "gzip"), Ok(()));
    assert_eq!(part.has("Vary", "Accept-Encoding"), Ok(()));
    let plain = Validators::of(&server, "/page.html", &[]).expect("validators");
    let whole = ask("Range: bytes=1000-1009", &plain.fill("If-Range: {etag}"));
    assert_eq!((whole.status, &whole.body), (200, &bytes), "a part of another representation is no use");
    assert_eq!(ask("Range: bytes=2000-", "X: y").has("Content-Range", "bytes */2000"), Ok(()));
}

#[test]
fn a_sibling_that_is_not_of_this_file_is_not_sent() {
    let tree = tree();
    let outside = tree.outside();
    for name in ["old.html", "link.html", "fifo.html", "folder.html", "closed.html"] {
        tree.file(name, PLAIN);
    }
    tree.file("old.html.gz", b"of what it was before");
    set_modified(&tree, "old.html.gz", MODIFIED - 1);
    tree.link("link.html.gz", outside.join("secret.txt"));
    tree.fifo("fifo.html.gz");
    tree.folder("folder.html.gz");
    tree.file("gone.html.gz", b"nothing to be a sibling of");
    let server = Server::with(tree).start();
    for name in ["old", "link", "fifo", "folder"] {
        let answer = both(&server, format!("/{name}.html"), &["Accept-Encoding: gzip"]).expect("an answer");
        in_coding(&answer, "identity").expect(name);
    }
    let gone = both(&server, "/gone.html", &["Accept-Encoding: gzip"]).expect("an answer");
    assert_eq!(gone.status, 404, "there is no such file");
}

#[test]
fn a_sibling_that_may_not_be_read_is_not_sent() {
    const ANY_USER: u32 = 65534;
    let tree = tree();
    tree.permit("page.html.gz", 0o000);
    let mut start = Server::with(tree);
    if nix::unistd::geteuid().is_root() {
        start = start.user(ANY_USER);
    }
    match start.try_start() {
        Ok(server) => {
            let answer = both(&server, "/page.html", &["Accept-Encoding: gzip"]).expect("an answer");
            in_coding(&answer, "identity").expect("the plain file");
        }
        Err(why) => skip("an unreadable sibling", &format!("as another user: {why}")),
    }
}

#[test]
fn a_sibling_that_comes_or_goes_is_seen() {
    let server = Server::with(tree()).start();
    let ask = || both(&server, "/only-gz.html", &["Accept-Encoding: br, gzip"]).expect("an answer");
    in_coding(&ask(), "gzip").expect("the one there is");
    server.tree.file("only-gz.html.br", SIBLINGS[0].2);
    in_coding(&ask(), "br").expect("the new one");
    for extension in ["br", "gz"] {
        fs::remove_file(server.tree.path(format!("only-gz.html.{extension}"))).expect("remove");
    }
    in_coding(&ask(), "identity").expect("the plain file");
}

fn set_modified(tree: &Tree, name: &str, seconds: u64) {
    let file = File::options().write(true).open(tree.path(name)).expect("the file");
    file.set_modified(clock::at(seconds)).expect("a time of modification");
}
