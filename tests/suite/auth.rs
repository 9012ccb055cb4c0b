//! `--auth` and `--auth-write`: who may read and who may write (RFC 7617).

mod files;
mod waiting;

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use svcd_tests::asking::{asking, both, status};
use svcd_tests::log_line::LogLine;
use svcd_tests::writing::{HOST_LINE, delete, head, put, server_of};
use svcd_tests::{Response, Server, Snapshot, Tree, each, some};

/// Lines of users, each with the least rounds; made by crypt(3).
pub const ANN: &str = "ann:$5$rounds=1000$annsalt$KDGM1RG2nxjAIwEBnpuDj83zFxDW0xp7HqLoynl.YE7\n";
const BOB: &str = "bob:$5$rounds=1000$bobsalt$IR8BfV3R0gWiT5gk.4NSJV4i4qsfNmsme8zoY8KbXC3\n";
const EVE: &str = "eve:$5$rounds=1000$evesalt$aXW5o8WYJzJ73Gi9FIfc2T48uE1cD4.J0X39AJfsGa0\n";
const ZOE: &str = "zo\u{eb}:$5$rounds=1000$zoesalt$Xl6h0Fao98zGeKR5/xIxVF/jj3kNyVPTPTCJHajGxf4\n";
const WRITER: &str = "writer:$5$rounds=1000$writersalt$fk/dgudjxP8UGbVTqDGsnWMEiJPm.Wiw/d98n3qS0Q2\n";
/// As of `openssl passwd -5`: 5000 rounds, which are not said.
const HUGO: &str = "hugo:$5$hugosalt$r/Lz0dgef9WPWOQXC3n5/V0adwQ9zlwXH7pLk1i3aA3\n";

/// Users and their passwords.
const GOOD: &[(&str, &str)] = &[
    ("ann", "open sesame"),
    // Only the first colon ends the user.
    ("bob", "a:b"),
    ("eve", ""),
    ("zo\u{eb}", "p\u{e4}ss"),
    ("writer", "write it"),
    ("hugo", "plain rounds"),
];

const CHALLENGE: &str = "Basic realm=\"svcd\", charset=\"UTF-8\"";

/// The field line of a user.
pub fn basic(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn users() -> String {
    format!("# users\n\n{ANN}{BOB}{EVE}{ZOE}{WRITER}{HUGO}")
}

/// A file beside the root.
fn file_of(tree: &Tree, name: &str, text: &str) -> PathBuf {
    let path = tree.outside().join(name);
    fs::write(&path, text).expect("a file of users");
    path
}

/// With --write, and all users in the file of this option.
fn start(option: &str, more: &[&str]) -> Server {
    let tree = Tree::small();
    let path = file_of(&tree, "users", &users()).display().to_string();
    server_of(tree, &[&[option, &path], more].concat())
}

/// GET of the standard file with these lines.
fn get(server: &Server, lines: &[&str]) -> Result<Response, String> {
    server.ask(&asking("GET", "/hello.txt", lines))
}

fn is_challenge(answer: &Response) -> Result<(), String> {
    status(answer, &[401])?;
    answer.has("WWW-Authenticate", CHALLENGE)?;
    answer.has("Cache-Control", "no-store")?;
    match answer.reason.as_str() {
        "Unauthorized" => Ok(()),
        reason => Err(reason.to_owned()),
    }
}

#[test]
fn whoever_is_known_is_served() {
    let server = start("--auth", &[]);
    each(GOOD.iter().map(|row| (row.0, row)), |(user, password)| {
        let answer = both(&server, "/hello.txt", &[&basic(user, password)])?;
        status(&answer, &[200])?;
        if answer.field("WWW-Authenticate").is_some() {
            return Err("a challenge to who has met it".to_owned());
        }
        let answer = server.ask(&put("/new.txt", b"abc", &[&basic(user, password)]))?;
        status(&answer, &[201])?;
        status(&server.ask(&delete("/new.txt", &[&basic(user, password)]))?, &[204])
    });
    let encoded = STANDARD.encode("ann:open sesame");
    for scheme in ["basic", "BASIC", "bAsIc", "Basic "] {
        let line = format!("authorization:\t{scheme} {encoded} ");
        assert_eq!(get(&server, &[&line]).map(|answer| answer.status), Ok(200), "{scheme}");
    }
    let old = format!("GET /hello.txt HTTP/1.0\r\n{}\r\n\r\n", basic("ann", "open sesame"));
    assert_eq!(server.ask(old.as_bytes()).map(|answer| answer.status), Ok(200));
}

#[test]
fn nothing_is_told_without_a_password() {
    let server = start("--auth", &[]);
    let before = Snapshot::of(server.tree.base());
    for target in ["/", "/hello.txt", "/dir", "/dir/", "/bare/", "/missing", "/.secret", "/.git/config"] {
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "FETCH"] {
            let answer = server.ask(&asking(method, target, &[HOST_LINE])).expect("an answer");
            assert_eq!(is_challenge(&answer), Ok(()), "{method} {target}");
            assert_eq!(answer.field("Allow"), None, "{method} {target}");
        }
        let answer = both(&server, target, &[]).expect("HEAD equals GET");
        assert!(answer.text().contains("401"), "{target}: {}", answer.text());
    }
    let rows = [
        ("OPTIONS of all", asking("OPTIONS", "*", &[])),
        ("a range", asking("GET", "/hello.txt", &["Range: bytes=99-"])),
        ("a condition", asking("GET", "/hello.txt", &["If-None-Match: *"])),
        ("no length", head("PUT", "/new", &[])),
        ("a coding", put("/new", b"abc", &["Content-Encoding: gzip"])),
        ("HTTP/1.0", b"GET /hello.txt HTTP/1.0\r\n\r\n".to_vec()),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request)| is_challenge(&server.ask(request)?));
    assert_eq!(before.is_kept(), Ok(()));
    // What cannot be read, or not be met, is said before it; and a page of
    // another site does not get so far as to try passwords.
    let rows = [
        ("another site", put("/new", b"abc", &["Sec-Fetch-Site: cross-site"]), 403),
        ("another host", put("/new", b"abc", &["Host: evil.example"]), 421),
        ("an expectation", asking("GET", "/hello.txt", &["Expect: a-miracle"]), 417),
        ("no Host", b"GET /hello.txt HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("a version", b"GET /hello.txt HTTP/2.0\r\nHost: a\r\n\r\n".to_vec(), 505),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request, right)| status(&server.ask(request)?, &[*right]));
}

#[test]
fn what_is_wrong_with_credentials() {
    let encoded = STANDARD.encode("ann:open sesame");
    let long = basic("ann", &"x".repeat(2000));
    let padded = STANDARD.encode(format!("ann:open sesame{}", "\0".repeat(600)));
    let rows: Vec<(&str, Vec<String>)> = vec![
        ("another password", vec![basic("ann", "open")]),
        ("a longer one", vec![basic("ann", "open sesame!")]),
        ("in other letters", vec![basic("ann", "Open Sesame")]),
        ("none", vec![basic("ann", "")]),
        ("that of another", vec![basic("ann", "write it")]),
        ("its hash", vec![basic("ann", ANN.trim_end().split_once(':').map_or("", |line| line.1))]),
        ("a NUL behind it", vec![basic("ann", "open sesame\0")]),
        ("an unknown user", vec![basic("nobody", "open sesame")]),
        ("in other letters", vec![basic("Ann", "open sesame")]),
        ("a user without a name", vec![basic("", "open sesame")]),
        ("a part of a name", vec![basic("an", "open sesame")]),
        ("a comment", vec![basic("# users", "")]),
        ("two users in one", vec![basic("ann\nbob", "open sesame")]),
        ("long ones", vec![long]),
        ("long by NULs", vec![format!("Authorization: Basic {padded}")]),
        ("twice", vec![basic("ann", "open sesame"), basic("ann", "open sesame")]),
        ("a good and a bad one", vec![basic("ann", "open sesame"), basic("ann", "x")]),
        ("another scheme", vec![format!("Authorization: Bearer {encoded}")]),
        ("a longer scheme", vec![format!("Authorization: Basics {encoded}")]),
        ("no scheme", vec![format!("Authorization: {encoded}")]),
        ("glued", vec![format!("Authorization: Basic{encoded}")]),
        ("a scheme alone", vec!["Authorization: Basic".to_owned()]),
        ("nothing", vec!["Authorization:".to_owned()]),
        ("more behind it", vec![format!("Authorization: Basic {encoded} x")]),
        ("a list", vec![format!("Authorization: Basic {encoded}, Basic {encoded}")]),
        ("no base64", vec!["Authorization: Basic !!!!".to_owned()]),
        ("cut base64", vec![format!("Authorization: Basic {}", &encoded[..encoded.len() - 3])]),
        ("not encoded", vec!["Authorization: Basic ann:open sesame".to_owned()]),
        ("no colon", vec![format!("Authorization: Basic {}", STANDARD.encode("ann"))]),
        ("another field", vec![format!("Proxy-Authorization: Basic {encoded}")]),
        ("a longer field", vec![format!("X-Authorization: Basic {encoded}")]),
    ];
    let server = start("--auth", &[]);
    let before = Snapshot::of(server.tree.base());
    each(some(rows).map(|row| (row.0, row)), |(_, lines)| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let answer = server.ask(&put("/new.txt", b"abc", &lines))?;
        is_challenge(&answer)?;
        before.is_kept()
    });
    for line in server.stop().stdout.lines() {
        let line = LogLine::parse(line).expect("a line");
        assert_eq!((line.status, line.user.as_str()), (401, "-"));
    }
}

#[test]
fn one_file_for_readers_and_one_for_writers() {
    let tree = Tree::small();
    let readers = file_of(&tree, "readers", &format!("{ANN}{BOB}")).display().to_string();
    let writers = file_of(&tree, "writers", &format!("{WRITER}{BOB}")).display().to_string();
    let server = server_of(tree, &["--auth", &readers, "--auth-write", &writers]);
    let may = |line: &str, read: u16, write: u16| {
        let found = get(&server, &[line]).expect("an answer").status;
        let request = put("/new.txt", b"abc", &[line]);
        let wrote = server.ask(&request).expect("an answer").status;
        let removed = server.ask(&delete("/new.txt", &[line])).expect("an answer").status;
        let of_write = if write == 201 { 204 } else { write };
        assert_eq!((found, wrote, removed), (read, write, of_write), "{line}");
    };
    may("X: y", 401, 401);
    may(&basic("ann", "open sesame"), 200, 401);
    may(&basic("writer", "write it"), 200, 201);
    may(&basic("bob", "a:b"), 200, 201);
    may(&basic("ann", "write it"), 401, 401);
}

#[test]
fn a_file_for_writers_alone_leaves_reading_free() {
    let server = start("--auth-write", &[]);
    let before = Snapshot::of(server.tree.base());
    assert_eq!(get(&server, &[]).map(|answer| answer.status), Ok(200));
    assert_eq!(get(&server, &[&basic("ann", "wrong")]).map(|answer| answer.status), Ok(200));
    let options = server.ask(&asking("OPTIONS", "/", &[])).expect("an answer");
    assert_eq!(options.status, 204);
    for request in [put("/new.txt", b"abc", &[]), delete("/hello.txt", &[]), delete("/missing", &[])] {
        assert_eq!(is_challenge(&server.ask(&request).expect("an answer")), Ok(()));
    }
    assert_eq!(before.is_kept(), Ok(()));
    // Another site learns nothing of passwords.
    let other = put("/new.txt", b"abc", &["Sec-Fetch-Site: cross-site", &basic("ann", "open sesame")]);
    assert_eq!(server.ask(&other).map(|answer| answer.status), Ok(403));
    let own = put("/new.txt", b"abc", &[&basic("ann", "open sesame")]);
    assert_eq!(server.ask(&own).map(|answer| answer.status), Ok(201));
}

#[test]
fn without_write_it_is_for_reading() {
    let tree = Tree::small();
    let path = file_of(&tree, "users", &users()).display().to_string();
    let server = Server::with(tree).arguments(&["--auth", &path]).start();
    assert_eq!(get(&server, &[]).map(|answer| answer.status), Ok(401));
    let line = basic("ann", "open sesame");
    assert_eq!(get(&server, &[&line]).map(|answer| answer.status), Ok(200));
    let answer = server.ask(&put("/new.txt", b"abc", &[&line])).expect("an answer");
    assert_eq!((answer.status, answer.field("Allow")), (405, Some("GET, HEAD, OPTIONS")));
}

#[test]
fn every_request_of_a_connection_is_asked() {
    let server = start("--auth", &[]);
    let mut connection = server.connect();
    let (ann, wrong, bob) = (basic("ann", "open sesame"), basic("ann", "x"), basic("bob", "a:b"));
    // A browser asks, is asked, and asks again; nobody takes over from another.
    let rows: [(&[&str], u16, &str); 10] = [
        (&[], 401, "-"),
        (&[&ann], 200, "ann"),
        (&[&ann], 200, "ann"),
        (&[], 401, "-"),
        (&[&wrong], 401, "-"),
        (&[&bob], 200, "bob"),
        (&[&ann], 200, "ann"),
        (&[&ann, &bob], 401, "-"),
        (&[&bob], 200, "bob"),
        // Who asks for that is not asked who he is.
        (&["Expect: more"], 417, "-"),
    ];
    for (number, (lines, right, user)) in rows.iter().enumerate() {
        let answer = connection
            .exchange(&head("GET", "/hello.txt", lines))
            .unwrap_or_else(|why| panic!("{number}: {why}"));
        assert_eq!((answer.status, answer.is_kept()), (*right, true), "{number}");
        let line = LogLine::parse(&server.log().lines(number + 1)[number]).expect("a line");
        assert_eq!(line.user, *user, "{number}");
    }
}

#[test]
fn a_user_is_one_word_in_the_log() {
    let hash = ANN.split_once(':').map_or("", |line| line.1);
    let names = ["ann", "a b", "q\"uote", "back\\slash", "\u{e4}", "[x]", "a@b.example"];
    let shown = ["ann", "a\\x20b", "q\\x22uote", "back\\x5cslash", "\\xc3\\xa4", "[x]", "a@b.example"];
    let tree = Tree::small();
    let lines: String = names.iter().map(|name| format!("{name}:{hash}")).collect();
    let path = file_of(&tree, "users", &lines).display().to_string();
    let server = server_of(tree, &["--auth", &path]);
    each(names.iter().zip(shown).enumerate().map(|row| (row.1.1, row)), |(number, (name, shown))| {
        status(&get(&server, &[&basic(name, "open sesame")])?, &[200])?;
        let line = LogLine::parse(&server.log().lines(number + 1)[number])?;
        if line.user.eq_ignore_ascii_case(shown) { Ok(()) } else { Err(format!("{:?}", line.user)) }
    });
    // Neither the password nor its code is written anywhere.
    let ended = server.stop();
    let code = STANDARD.encode("ann:open sesame");
    for secret in ["sesame", code.as_str()] {
        assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "{secret}");
    }
}
