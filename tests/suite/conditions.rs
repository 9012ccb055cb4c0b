//! Conditional requests (RFC 9110 13): what a client holds already is not sent
//! again, and the preconditions count in the order that the RFC gives them.

use std::fs::{self, File, FileTimes};
use std::time::{Duration, SystemTime};

use svcd_tests::asking::{Validators, asking, both, status, without};
use svcd_tests::tree::MODIFIED;
use svcd_tests::{Server, Tree, clock, each, some};

/// The time of the standard files in the two obsolete forms.
const RFC850: &str = "Thursday, 29-Feb-24 01:06:05 GMT";
const ASCTIME: &str = "Thu Feb 29 01:06:05 2024";

/// What makes it wrong, the field lines with `{etag}` and dates, the status.
type Row<'a> = (&'a str, &'a [&'a str], &'a [u16]);

#[test]
fn copies_have_one_tag_without_the_inode() {
    let [one, other] = [(); 2].map(|()| Server::start(&["--no-inode"]));
    let tag = |server: &Server| {
        server.get("/hello.txt").and_then(|answer| answer.need("ETag").map(str::to_owned)).expect("a tag")
    };
    assert_eq!(tag(&one), tag(&other));
    let with = Server::start(&[]);
    assert_ne!(tag(&one), tag(&with));
    let condition = format!("If-None-Match: {}", tag(&other));
    one.ask(&asking("GET", "/hello.txt", &[&condition])).and_then(|answer| answer.is(304)).expect("304");
    File::options()
        .write(true)
        .open(one.tree.path("hello.txt"))
        .and_then(|file| file.set_times(FileTimes::new().set_modified(SystemTime::now())))
        .expect("a time");
    assert_ne!(tag(&one), tag(&other));
}

/// Each row is asked with GET and HEAD, of a file and of the index of a folder.
fn check(rows: &[Row]) {
    let server = Server::start(&[]);
    for target in ["/hello.txt", "/dir/", "/big.bin"] {
        let validators = Validators::of(&server, target, &[]).expect("validators");
        each(some(rows).map(|row| (format!("{target}, {}", row.0), row)), |(_, lines, right)| {
            let lines: Vec<String> = lines.iter().map(|line| validators.fill(line)).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            status(&both(&server, target, &lines)?, right)
        });
    }
}

#[test]
fn the_dates_of_these_tables() {
    assert_eq!(clock::imf_fixdate(MODIFIED), "Thu, 29 Feb 2024 01:06:05 GMT");
}

#[test]
fn if_none_match() {
    check(&[
        ("the tag", &["If-None-Match: {etag}"], &[304]),
        ("field name in another case", &["iF-nOnE-mAtCh: {etag}"], &[304]),
        ("compared weakly", &["If-None-Match: W/{etag}"], &[304]),
        ("first of a list", &["If-None-Match: {etag}, \"other\""], &[304]),
        ("in the middle of a list", &["If-None-Match: \"foo\", \"bar\", {etag} , \"baz\""], &[304]),
        ("a weak one in a list", &["If-None-Match: \"foo\",W/{etag}"], &[304]),
        ("empty members of a list", &["If-None-Match: \"12345\",, ,,  ,  {etag}"], &[304]),
        ("tabs in a list", &["If-None-Match: \"a\"\t,\t{etag}"], &[304]),
        ("a list in two lines", &["If-None-Match: \"foo\"", "If-None-Match: {etag}"], &[304]),
        ("a comma inside of a tag", &["If-None-Match: \"a,b\", {etag}"], &[304]),
        ("bytes from 0x80 in a tag", &["If-None-Match: \"\u{e4}\", {etag}"], &[304]),
        ("any", &["If-None-Match: *"], &[304]),
        ("a tag that is an asterisk", &["If-None-Match: \"*\""], &[200]),
        ("another", &["If-None-Match: \"other\""], &[200]),
        ("another, weak", &["If-None-Match: W/\"other\""], &[200]),
        ("no tag", &["If-None-Match: other"], &[200]),
        ("nothing", &["If-None-Match:"], &[200]),
        ("a tag inside of a tag", &["If-None-Match: \"x{etag}\""], &[200]),
        ("w is no W", &["If-None-Match: w/{etag}"], &[200]),
        ("not this field", &["If-None-Match2: {etag}", "X-If-None-Match: {etag}"], &[200]),
    ]);
}

#[test]
fn a_tag_without_its_quotes_is_none() {
    let server = Server::start(&[]);
    let etag = Validators::of(&server, "/hello.txt", &[]).expect("validators").etag;
    let inside = etag.trim_matches('"');
    for cut in [inside.to_owned(), format!("\"{inside}"), format!("{inside}\"")] {
        let line = format!("If-None-Match: {cut}");
        let answer = server.ask(&asking("GET", "/hello.txt", &[&line])).expect("an answer");
        assert_eq!(answer.status, 200, "{line}");
    }
}

#[test]
fn if_modified_since() {
    let rfc850 = format!("If-Modified-Since: {RFC850}");
    let asctime = format!("If-Modified-Since: {ASCTIME}");
    check(&[
        ("its date", &["If-Modified-Since: {date}"], &[304]),
        ("its date, RFC 850", &[&rfc850], &[304]),
        ("its date, asctime", &[&asctime], &[304]),
        ("a later one", &["If-Modified-Since: {after}"], &[304]),
        ("2037", &["If-Modified-Since: Wed, 08 Jul 2037 22:53:52 GMT"], &[304]),
        ("the end of 32 bits", &["If-Modified-Since: Tue, 19 Jan 2038 03:14:07 GMT"], &[304]),
        ("beyond 32 bits", &["If-Modified-Since: Fri, 25 Feb 2174 09:42:23 GMT"], &[304]),
        ("an earlier one", &["If-Modified-Since: {before}"], &[200]),
        ("an earlier one, asctime", &["If-Modified-Since: Thu Feb 29 01:06:04 2024"], &[200]),
        ("1970", &["If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], &[200]),
        ("nothing", &["If-Modified-Since:"], &[200]),
        ("no date", &["If-Modified-Since: yesterday"], &[200]),
        ("a parameter behind it", &["If-Modified-Since: {after}; length=13"], &[200]),
        ("another zone", &["If-Modified-Since: Thu, 29 Feb 2034 01:06:05 CET"], &[200]),
        ("a day that is none", &["If-Modified-Since: Fri, 30 Feb 2034 01:06:05 GMT"], &[200]),
        ("two of them", &["If-Modified-Since: {after}", "If-Modified-Since: {before}"], &[200, 400]),
        (
            "a name that begins like it",
            &["If-Modified-Since2: {after}", "If-Modified-Since: {before}"],
            &[200],
        ),
        (
            "behind a name that begins like it",
            &["If-Modified-Since2: {before}", "If-Modified-Since: {after}"],
            &[304],
        ),
    ]);
}

#[test]
fn if_match() {
    check(&[
        ("the tag", &["If-Match: {etag}"], &[200]),
        ("any", &["If-Match: *"], &[200]),
        ("in a list", &["If-Match: \"foo\", \"bar\", \t{etag} , \"baz\""], &[200]),
        ("a list in two lines", &["If-Match: \"foo\"", "If-Match: {etag}"], &[200]),
        ("compared strongly", &["If-Match: W/{etag}"], &[412]),
        ("another", &["If-Match: \"other\""], &[412]),
        ("others", &["If-Match: \"a\", \"b\""], &[412]),
    ]);
}

#[test]
fn if_unmodified_since() {
    let rfc850 = format!("If-Unmodified-Since: {RFC850}");
    check(&[
        ("its date", &["If-Unmodified-Since: {date}"], &[200]),
        ("its date, RFC 850", &[&rfc850], &[200]),
        ("a later one", &["If-Unmodified-Since: {after}"], &[200]),
        ("an earlier one", &["If-Unmodified-Since: {before}"], &[412]),
        ("an earlier one, asctime", &["If-Unmodified-Since: Thu Feb 29 01:06:04 2024"], &[412]),
        ("no date", &["If-Unmodified-Since: tomorrow"], &[200]),
    ]);
}

#[test]
fn in_the_order_of_rfc_9110_13_2_2() {
    check(&[
        ("a tag wins over a date", &["If-None-Match: \"other\"", "If-Modified-Since: {date}"], &[200]),
        ("also when it matches", &["If-None-Match: {etag}", "If-Modified-Since: {before}"], &[304]),
        ("also over no date", &["If-None-Match: {etag}", "If-Modified-Since: x"], &[304]),
        ("whatever comes first", &["If-Modified-Since: {date}", "If-None-Match: \"other\""], &[200]),
        ("a match wins over a date", &["If-Match: {etag}", "If-Unmodified-Since: {before}"], &[200]),
        ("also when it fails", &["If-Match: \"other\"", "If-Unmodified-Since: {date}"], &[412]),
        ("a match, then none", &["If-Match: {etag}", "If-None-Match: {etag}"], &[304]),
        ("no match before none", &["If-Match: \"other\"", "If-None-Match: {etag}"], &[412]),
        ("a match, then a date", &["If-Match: {etag}", "If-Modified-Since: {date}"], &[304]),
        ("two dates", &["If-Unmodified-Since: {date}", "If-Modified-Since: {date}"], &[304]),
        ("a date fails", &["If-Unmodified-Since: {before}", "If-None-Match: {etag}"], &[412]),
    ]);
}

#[test]
fn only_what_would_succeed_is_compared() {
    // RFC 9110 13.2.1.
    const ROWS: &[(&str, &str, u16)] = &[
        ("/missing", "If-Match: \"foo\"", 404),
        ("/missing", "If-None-Match: *", 404),
        ("/missing", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 404),
        ("/.secret", "If-Match: \"foo\"", 404),
        ("/link", "If-Match: \"foo\"", 403),
        ("/dir", "If-Match: \"foo\"", 301),
        ("/dir", "If-None-Match: *", 301),
        ("/%zz", "If-None-Match: *", 400),
    ];
    let tree = Tree::standard();
    tree.link("link", "hello.txt");
    let server = Server::with(tree).start();
    each(ROWS.iter().map(|row| (format!("{}, {}", row.0, row.1), row)), |(target, line, right)| {
        status(&both(&server, target, &[line])?, &[*right])
    });
    let options = server.ask(&asking("OPTIONS", "/hello.txt", &["If-Match: \"foo\""])).expect("an answer");
    assert_eq!(options.status, 204, "OPTIONS selects nothing that could match");
}

#[test]
fn what_a_304_carries() {
    // RFC 9110 15.4.5: what a 200 would have had, but nothing that describes
    // the content which the client has already.
    let server = Server::start(&["--cache", "60", "--header", "X-Own: kept"]);
    for line in ["If-None-Match: {etag}", "If-Modified-Since: {date}"] {
        let whole = server.ask(&asking("GET", "/hello.txt", &[])).expect("an answer");
        let line = Validators::in_answer(&whole).expect("validators").fill(line);
        let answer = both(&server, "/hello.txt", &[&line]).expect("an answer");
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{line}");
        for name in ["Server", "ETag", "Vary", "Cache-Control", "X-Own"] {
            assert_eq!(answer.need(name), whole.need(name), "{name}");
        }
        answer.need("Date").expect("a date");
        let content = ["Content-Type", "Content-Length", "Last-Modified", "Transfer-Encoding"];
        without(&answer, &content).expect("nothing about the content");
    }
}

#[test]
fn what_a_412_carries() {
    let server = Server::start(&[]);
    let answer = both(&server, "/hello.txt", &["If-Match: \"other\""]).expect("an answer");
    assert_eq!(answer.status, 412);
    assert!(answer.need("Content-Type").is_ok_and(|kind| kind.starts_with("text/html")));
    assert!(answer.text().contains("412"), "{}", answer.text());
    // These would describe the file, not the page.
    without(&answer, &["ETag", "Last-Modified", "Content-Range"]).expect("no validators of the file");
}

#[test]
fn a_tag_is_strong_and_changes_with_the_file() {
    let server = Server::start(&[]);
    let tag = || Validators::of(&server, "/hello.txt", &[]).expect("validators").etag;
    let path = server.tree.path("hello.txt");
    let first = tag();
    let inside = first.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).expect("a strong tag");
    let visible = |byte| byte != b'"' && (b'!'..=b'~').contains(&byte);
    assert!(!inside.is_empty() && inside.bytes().all(visible), "{first}");
    assert_eq!(first, tag(), "the same file");
    // The same length and the same second, but not the same nanosecond.
    set_modified(&path, clock::at(MODIFIED) + Duration::from_nanos(5));
    let later = tag();
    assert_ne!(first, later, "another time");
    // The same length and the same time, but another file.
    server.tree.file("new.txt", b"HELLO, WORLD\n");
    set_modified(&server.tree.path("new.txt"), clock::at(MODIFIED));
    fs::rename(server.tree.path("new.txt"), &path).expect("rename");
    let replaced = tag();
    assert!(replaced != first && replaced != later, "another file");
    fs::write(&path, b"hello, world, again\n").expect("write");
    set_modified(&path, clock::at(MODIFIED));
    assert_ne!(replaced, tag(), "another length");
}

#[test]
fn two_files_have_two_tags() {
    let server = Server::start(&[]);
    let one = Validators::of(&server, "/dir/index.html", &[]).expect("validators").etag;
    let other = Validators::of(&server, "/index.html", &[]).expect("validators").etag;
    assert_ne!(one, other);
    let folder = Validators::of(&server, "/dir/", &[]).expect("validators").etag;
    assert_eq!(one, folder, "the index stands for its folder");
}

#[test]
fn a_changed_file_is_sent_again() {
    let server = Server::start(&[]);
    let held = Validators::of(&server, "/hello.txt", &[]).expect("validators");
    fs::write(server.tree.path("hello.txt"), b"changed\n").expect("write");
    for line in ["If-None-Match: {etag}", "If-Modified-Since: {date}"] {
        let answer = both(&server, "/hello.txt", &[&held.fill(line)]).expect("an answer");
        assert_eq!((answer.status, answer.text().as_str()), (200, "changed\n"), "{line}");
    }
    for line in ["If-Match: {etag}", "If-Unmodified-Since: {date}"] {
        let answer = both(&server, "/hello.txt", &[&held.fill(line)]).expect("an answer");
        assert_eq!(answer.status, 412, "{line}");
    }
}

fn set_modified(path: &std::path::Path, time: SystemTime) {
    let file = File::options().write(true).open(path).expect("the file");
    file.set_times(FileTimes::new().set_modified(time)).expect("a time of modification");
}
