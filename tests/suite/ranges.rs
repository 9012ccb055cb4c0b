//! Range requests (RFC 9110 14): what is asked for comes, once, and a range that
//! makes no sense costs nobody the file.

mod several;
mod when;

use svcd_tests::asking::{Validators, asking, both, status, without};
use svcd_tests::parts::parts;
use svcd_tests::tree::pseudo_random;
use svcd_tests::{Response, Server, Tree, each};

const LENGTH: usize = 1000;
const TYPE: &str = "application/octet-stream";

/// More bytes than a boundary and the head of a part take: gaps up to here may
/// be sent to join two parts (RFC 9110 15.3.7.2).
const GAP: usize = 200;

/// What is right for a range set.
enum Right {
    /// 200 and everything: the field is ignored.
    Whole,
    /// 416.
    None,
    /// 206 with one part.
    One(usize, usize),
    /// 206 with these positions, in as many parts as the server likes.
    Some(&'static [(usize, usize)]),
}

use Right::{None as Nothing, One, Some as Several, Whole};

fn tree() -> Tree {
    let tree = Tree::standard();
    tree.file("thousand.bin", &pseudo_random(LENGTH));
    tree
}

fn ranged(server: &Server, target: &str, range: &str) -> Result<Response, String> {
    server.ask(&asking("GET", target, &[&format!("Range: {range}")]))
}

/// Compares an answer with what is right for a file with this content.
fn judge(answer: &Response, content: &[u8], right: &Right) -> Result<(), String> {
    let (wanted, single): (Vec<(usize, usize)>, bool) = match right {
        Whole => {
            status(answer, &[200])?;
            without(answer, &["Content-Range"])?;
            return if answer.body == content { Ok(()) } else { Err("other bytes".to_owned()) };
        }
        Nothing => {
            status(answer, &[416])?;
            return answer.has("Content-Range", &format!("bytes */{}", content.len()));
        }
        One(first, last) => (vec![(*first, *last)], true),
        Several(ranges) => (ranges.to_vec(), false),
    };
    status(answer, &[206])?;
    let mut parts = parts(answer, content.len(), TYPE)?;
    if single && (parts.len() != 1 || answer.field("Content-Range").is_none()) {
        return Err(format!("{} parts for one range", parts.len()));
    }
    if let Some(part) = parts.iter().find(|part| !content[part.first..].starts_with(&part.bytes)) {
        return Err(format!("other bytes at {}", part.first));
    }
    parts.sort_by_key(|part| part.first);
    let sent: Vec<(usize, usize)> =
        parts.iter().map(|part| (part.first, part.first + part.bytes.len())).collect();
    if sent.windows(2).any(|two| two[0].1 > two[1].0) {
        return Err(format!("bytes more than once: {sent:?}"));
    }
    let holds = |outer: &[(usize, usize)], first, end| outer.iter().any(|one| one.0 <= first && end <= one.1);
    if let Some(missed) = wanted.iter().find(|(first, last)| !holds(&sent, *first, last + 1)) {
        return Err(format!("{missed:?} is not in {sent:?}"));
    }
    let asked: usize = wanted.iter().map(|(first, last)| last + 1 - first).sum();
    let came: usize = sent.iter().map(|(first, end)| end - first).sum();
    let spare = if single { 0 } else { wanted.len() * GAP };
    if came <= asked + spare { Ok(()) } else { Err(format!("{came} bytes for {asked}")) }
}

fn check(rows: &[(&str, Right)]) {
    let server = Server::with(tree()).start();
    let content = pseudo_random(LENGTH);
    each(rows.iter().map(|row| (format!("Range: {}", row.0), row)), |(range, right)| {
        judge(&ranged(&server, "/thousand.bin", range)?, &content, right)
    });
}

#[test]
fn one_range() {
    check(&[
        ("bytes=0-8", One(0, 8)),
        ("bytes=0-0", One(0, 0)),
        ("bytes=5-5", One(5, 5)),
        ("bytes=10-20", One(10, 20)),
        ("bytes=999-999", One(999, 999)),
        ("bytes=0-", One(0, 999)),
        ("bytes=990-", One(990, 999)),
        ("bytes=999-", One(999, 999)),
        ("bytes=-1", One(999, 999)),
        ("bytes=-10", One(990, 999)),
        ("bytes=-1000", One(0, 999)),
        ("bytes=-3000", One(0, 999)),
        ("bytes=990-1990", One(990, 999)),
        ("bytes=0-999", One(0, 999)),
        ("bytes=0-1000", One(0, 999)),
        ("bytes=0-18446744073709551615", One(0, 999)),
        ("bytes=00000000000-0000000000008", One(0, 8)),
        ("BYTES=0-8", One(0, 8)),
        ("bytes=,0-8", One(0, 8)),
        ("bytes=0-8,", One(0, 8)),
        ("bytes=0-8, ,", One(0, 8)),
        ("bytes=0-8,5000-", One(0, 8)),
    ]);
}

#[test]
fn beyond_the_end() {
    check(&[
        ("bytes=1000-", Nothing),
        ("bytes=1000-1000", Nothing),
        ("bytes=2000-", Nothing),
        ("bytes=100000-200000", Nothing),
        ("bytes=2000-,3000-4000", Nothing),
        ("bytes=-0", Nothing),
        ("bytes=-0,1000-", Nothing),
        ("bytes=18446744073709551615-", Nothing),
    ]);
}

#[test]
fn what_is_no_range_is_ignored() {
    // RFC 9110 14.2: an invalid ranges-specifier, or a unit that is not understood.
    check(&[
        ("bytes=alpha", Whole),
        ("bytes=10-alpha", Whole),
        ("bytes=10", Whole),
        ("bytes=", Whole),
        ("bytes=-", Whole),
        ("bytes=--5", Whole),
        ("bytes=20-10", Whole),
        ("bytes=0--", Whole),
        ("bytes=-2-3", Whole),
        ("bytes=0-8-", Whole),
        ("bytes=10-11 12-", Whole),
        ("bytes=0-8;", Whole),
        ("bytes=0-8,x", Whole),
        ("bytes=0-8,20-10", Whole),
        ("bytes=+0-8", Whole),
        ("bytes=0x0-8", Whole),
        ("bytes=:-8", Whole),
        ("bytes=0-:", Whole),
        ("bytes=0.0-8", Whole),
        ("bytes=-1.5", Whole),
        ("bytes 0-8", Whole),
        ("bytes 0-8/1000", Whole),
        ("bytes=0 - 8", Whole),
        ("0-8", Whole),
        ("0", Whole),
        ("=0-8", Whole),
        ("", Whole),
        ("bytes", Whole),
        ("byte=0-8", Whole),
        ("bytess=0-8", Whole),
        ("lines=0-8", Whole),
        ("none", Whole),
    ]);
}

#[test]
fn numbers_beyond_64_bits() {
    // RFC 9110 14.1.2: no overflow may turn them into small ones.
    let server = Server::with(tree()).start();
    let content = pseudo_random(LENGTH);
    let rows = [
        ("bytes=18446744073709551616-18446744073709551620", Nothing),
        ("bytes=99999999999999999999999999-", Nothing),
        ("bytes=0-18446744073709551616", One(0, 999)),
        ("bytes=5-99999999999999999999999999", One(5, 999)),
        ("bytes=-18446744073709551617", One(0, 999)),
        ("bytes=-99999999999999999999999999", One(0, 999)),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(range, right)| {
        let answer = ranged(&server, "/thousand.bin", range)?;
        judge(&answer, &content, right).or_else(|why| judge(&answer, &content, &Whole).map_err(|_| why))
    });
}

#[test]
fn an_empty_file_has_no_range() {
    let server = Server::start(&[]);
    for (range, right) in [("bytes=0-", &[416u16][..]), ("bytes=0-0", &[416]), ("bytes=-5", &[200, 416])] {
        let answer = ranged(&server, "/empty.txt", range).expect("an answer");
        status(&answer, right).expect(range);
        if answer.status == 416 {
            assert_eq!(answer.has("Content-Range", "bytes */0"), Ok(()), "{range}");
        }
    }
}

#[test]
fn the_fields_of_a_part() {
    let server = Server::with(tree()).arguments(&["--cache", "60", "--header", "X-Own: kept"]).start();
    let whole = server.ask(&asking("GET", "/thousand.bin", &[])).expect("an answer");
    assert_eq!(whole.has("Accept-Ranges", "bytes"), Ok(()));
    for range in ["bytes=0-8", "bytes=0-8,-8"] {
        let answer = ranged(&server, "/thousand.bin", range).expect("an answer");
        assert_eq!(answer.status, 206);
        for name in ["Server", "ETag", "Last-Modified", "Vary", "Cache-Control", "X-Own", "Accept-Ranges"] {
            assert_eq!(answer.need(name), whole.need(name), "{range}, {name}");
        }
    }
    let none = ranged(&server, "/thousand.bin", "bytes=5000-").expect("an answer");
    assert_eq!(none.status, 416);
    assert!(none.text().contains("416"), "a page says it: {}", none.text());
    assert_eq!(none.need("X-Own"), Ok("kept"));
    without(&none, &["ETag", "Last-Modified"]).expect("no validators of the file");
}

#[test]
fn if_range() {
    const ROWS: &[(&str, u16)] = &[
        ("If-Range: {etag}", 206),
        ("If-Range: W/{etag}", 200),
        ("If-Range: \"other\"", 200),
        ("If-Range: {date}", 206),
        ("If-Range: Thursday, 29-Feb-24 01:06:05 GMT", 206),
        ("If-Range: Thu Feb 29 01:06:05 2024", 206),
        ("If-Range: {before}", 200),
        ("If-Range: {after}", 200),
        ("If-Range: wrong", 200),
        ("If-Range: *", 200),
        ("If-Range:", 200),
        ("if-range: {etag}", 206),
    ];
    let server = Server::with(tree()).start();
    let validators = Validators::of(&server, "/thousand.bin", &[]).expect("validators");
    each(ROWS.iter().map(|row| (row.0, row)), |(line, right)| {
        let line = validators.fill(line);
        let ranged = |range: &str| server.ask(&asking("GET", "/thousand.bin", &[range, &line]));
        let answer = ranged("Range: bytes=0-9")?;
        status(&answer, &[*right])?;
        if answer.body.len() != if *right == 206 { 10 } else { LENGTH } {
            return Err(format!("{} bytes", answer.body.len()));
        }
        // A range that cannot be, of a file that is another one by now.
        status(&ranged("Range: bytes=5000-")?, &[if *right == 206 { 416 } else { 200 }])?;
        status(&both(&server, "/thousand.bin", &[&line])?, &[200])
    });
}
