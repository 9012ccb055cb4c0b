//! The options of writing.

use svcd_tests::tree::pseudo_random;
use svcd_tests::writing::{put, stored};
use svcd_tests::{Program, Server, Tree, each, some, unix};

use super::fails;
use crate::auth::ANN;

#[test]
fn help_names_them() {
    let help = Program::chosen().run(&["--help"]).stdout;
    let options = [
        "--write",
        "--write-unprotected",
        "--auth FILE",
        "--auth-write FILE",
        "--host NAME",
        "--max-body",
        "--min-rate",
        "--no-sync",
    ];
    let places: Vec<Option<usize>> = options.iter().map(|option| help.find(option)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {help}");
    assert!(places[0] > help.find("--mime") && places[7] < help.find("--max-conns"), "{help}");
    assert!(help.lines().all(|line| line.len() <= 80), "{help}");
}

#[test]
fn usage_errors() {
    const ROWS: &[(&str, &[&str])] = &[
        ("--write with a value", &["--write=yes"]),
        ("--write-unprotected with a value", &["--write-unprotected=yes"]),
        ("--no-sync with a value", &["--no-sync=yes"]),
        ("beginning of an option", &["--writ"]),
        ("--auth without value", &["--auth"]),
        ("--auth-write without value", &["--auth-write"]),
        ("--host without value", &["--host"]),
        ("more hosts than there may be", &["--host=a.example"; 17]),
        ("--max-body without value", &["--max-body"]),
        ("max-body empty", &["--max-body="]),
        ("max-body in letters", &["--max-body", "many"]),
        ("max-body of a unit alone", &["--max-body", "k"]),
        ("max-body negative", &["--max-body=-1"]),
        ("max-body signed", &["--max-body", "+1"]),
        ("max-body with an unknown unit", &["--max-body", "1x"]),
        ("max-body with two units", &["--max-body", "1kk"]),
        ("max-body with a unit of two letters", &["--max-body", "1kb"]),
        ("max-body with a tail", &["--max-body", "1k1"]),
        ("max-body with a space", &["--max-body", "1 k"]),
        ("max-body in parts", &["--max-body", "1.5m"]),
        ("max-body in hex", &["--max-body", "0x10"]),
        ("max-body of 65 bits", &["--max-body", "18446744073709551616"]),
        ("max-body of 65 bits with its unit", &["--max-body", "18014398509481984k"]),
        ("max-body beyond every integer", &["--max-body", "99999999999999999999999999g"]),
        ("--min-rate without value", &["--min-rate"]),
        ("min-rate empty", &["--min-rate="]),
        ("min-rate in letters", &["--min-rate", "fast"]),
        ("min-rate negative", &["--min-rate=-1"]),
        ("min-rate of 33 bits", &["--min-rate", "4294967296"]),
        ("to write for everybody", &["--write", "-b", "0.0.0.0"]),
        ("to write for everybody on IPv6", &["-b", "::", "--write"]),
        ("to write for a network", &["--write", "-b", "192.0.2.1"]),
        ("to write for a network on IPv6", &["--write", "-b", "2001:db8::1"]),
        ("to write for this host and everybody", &["--write", "-b", "127.0.0.1", "-b", "0.0.0.0"]),
        ("to write for everybody at a port", &["--write", "-b", "0.0.0.0:0"]),
        ("to write for what looks like this host", &["--write", "-b", "128.0.0.1"]),
        ("to write for an IPv4 address in IPv6", &["--write", "-b", "::ffff:192.0.2.1"]),
        ("to write for everybody, with a host", &["--write", "-b", "0.0.0.0", "--host", "a.example"]),
    ];
    each(some(ROWS.iter().copied()), |words| {
        let ended = Program::chosen().run(&[words, &["-p", "0", "."]].concat());
        fails(&ended, 2)
    });
}

#[test]
fn who_protects_writing_may_do_it_anywhere() {
    let tree = Tree::small();
    let users = tree.outside().join("users");
    std::fs::write(&users, ANN).expect("a file of users");
    let users = users.display().to_string();
    let rows: Vec<(&str, Vec<&str>)> = vec![
        ("nowhere said", vec!["--write"]),
        ("this host", vec!["--write", "-b", "127.0.0.1"]),
        ("another address of this host", vec!["--write", "-b", "127.8.9.10"]),
        ("both names of this host", vec!["--write", "-b", "127.0.0.1", "-b", "::1"]),
        ("this host in IPv6", vec!["--write", "-b", "::1"]),
        ("this host's IPv4 address in IPv6", vec!["--write", "-b", "::ffff:127.0.0.1"]),
        ("everywhere, with a password", vec!["--write", "-b", "0.0.0.0", "--auth", &users]),
        ("everywhere, with one for writers", vec!["-b", "0.0.0.0", "--auth-write", &users, "--write"]),
        ("everywhere, as was insisted", vec!["--write", "--write-unprotected", "-b", "0.0.0.0"]),
        ("everywhere, without writing", vec!["-b", "0.0.0.0", "--write-unprotected"]),
    ];
    let has_ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    // Linux has all of 127/8, Darwin only what it was told of.
    let has_all = std::net::TcpListener::bind("127.8.9.10:0").is_ok();
    each(rows.iter().map(|row| (row.0, row)), |(_, words)| {
        if words.iter().any(|word| word.contains("::")) && !has_ipv6
            || words.contains(&"127.8.9.10") && !has_all
        {
            svcd_tests::skip(&words.join(" "), "no such address here");
            return Ok(());
        }
        match Server::with(Tree::small()).arguments(words).try_start() {
            Ok(_) => Ok(()),
            // That the system has no such socket is no usage error.
            Err(why) if words.contains(&"::ffff:127.0.0.1") && why.contains("svcd: bind ") => Ok(()),
            Err(why) => Err(why),
        }
    });
    let unprotected = ["--write", "--write-unprotected", "-b", "0.0.0.0"];
    let server = Server::with(Tree::small()).arguments(&unprotected).start();
    stored(&server, &put("/new.txt", b"abc", &[]), 201, "/new.txt", b"abc").expect("it is insisted upon");
}

#[test]
fn a_unix_socket_is_this_host() {
    let tree = Tree::small();
    let socket = tree.outside().join("s");
    let bind = format!("unix:{}", socket.display());
    let server = Server::with(tree).arguments(&["--write", "-b", "127.0.0.1", "-b", &bind]).start();
    let status = unix::get(&socket, "/hello.txt").map(|answer| answer.status);
    assert_eq!(status, Ok(200));
    stored(&server, &put("/new.txt", b"abc", &[]), 201, "/new.txt", b"abc").expect("written");
}

#[test]
fn values() {
    const ROWS: &[(&str, &[&str])] = &[
        ("--max-body=BYTES", &["--max-body=1"]),
        ("all of 64 bits", &["--max-body", "18446744073709551615"]),
        ("the most with a unit", &["--max-body", "17179869183g"]),
        ("--min-rate=BPS", &["--min-rate=1"]),
        ("the highest rate", &["--min-rate", "4294967295"]),
        ("--no-sync", &["--no-sync"]),
        ("--host", &["--host", "a.example"]),
        ("as many hosts as there may be", &["--host=a.example"; 16]),
        ("--write twice", &["--write", "--write"]),
    ];
    each(some(ROWS.iter().copied()), |words| {
        // With --write and without it.
        for more in [&["--write"][..], &[]] {
            let server = Server::with(Tree::small()).arguments(words).arguments(more).try_start()?;
            server.get("/hello.txt")?.is(200)?;
        }
        Ok(())
    });
}

#[test]
fn the_largest_body() {
    let rows = [
        ("0", 0),
        ("1", 1),
        ("1000", 1000),
        ("1k", 1024),
        ("1K", 1024),
        ("3k", 3072),
        ("1m", 1 << 20),
        ("1M", 1 << 20),
    ];
    each(rows.map(|row| (row.0, row)), |(value, bytes)| {
        let server = Server::with(Tree::small()).arguments(&["--write", "--max-body", value]).try_start()?;
        let content = pseudo_random(bytes + 1);
        stored(&server, &put("/full", &content[..bytes], &[]), 201, "/full", &content[..bytes])?;
        svcd_tests::writing::refused(&server, &put("/over", &content, &[]), &[413]).map(drop)
    });
}

#[test]
fn without_waiting_for_the_disk() {
    let server = Server::with(Tree::small()).arguments(&["--write", "--no-sync"]).start();
    stored(&server, &put("/new.txt", b"abc", &[]), 201, "/new.txt", b"abc").expect("stored");
    stored(&server, &put("/new.txt", b"new", &[]), 204, "/new.txt", b"new").expect("replaced");
    let deleted = server.ask(&svcd_tests::writing::delete("/new.txt", &[])).expect("an answer");
    assert_eq!(deleted.status, 204);
}
