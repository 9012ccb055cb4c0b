//! How long an answer to a wrong password takes, and who waits for it.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::asking::asking;
use svcd_tests::writing::{head, put, server_of};
use svcd_tests::{Connection, Program, Server, Snapshot, Tree, deadline};

use super::{basic, file_of, get, is_challenge, start};

/// A wrong password is answered after half a second; a little less is clocks.
const LATE: Duration = Duration::from_millis(400);

/// The user of this line costs more than a few answers.
const SLOW: &str = "slow:$5$rounds=20000$slowsalt$kyng4jMU0PnjXie9Nm8K49.znA3e7y2rEGOKQRTBbb8\n";

#[test]
fn a_wrong_password_is_answered_late() {
    let server = start("--auth", &[]);
    let before = Snapshot::of(server.tree.base());
    let rows = [
        ("a wrong one", "ann", "x"),
        ("of an unknown user", "nobody", "open sesame"),
        ("an empty one", "ann", ""),
        ("of nobody", "", ""),
    ];
    for (name, user, password) in rows {
        let line = basic(user, password);
        for bytes in [asking("GET", "/hello.txt", &[&line]), put("/new", b"abc", &[&line])] {
            let start = Instant::now();
            let answer = server.ask(&bytes).expect("an answer");
            let time = start.elapsed();
            assert_eq!(is_challenge(&answer), Ok(()), "{name}");
            assert!(time >= LATE, "{name}: after {time:?}");
            assert!(time < LATE + deadline() / 6, "{name}: after {time:?}");
        }
    }
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn who_has_not_tried_is_answered_at_once() {
    let server = start("--auth", &[]);
    // The quickest of some: a machine may be slow, but not each time.
    let quickest = |lines: &[&str], right: u16| {
        let time = |_| {
            let start = Instant::now();
            assert_eq!(get(&server, lines).map(|answer| answer.status), Ok(right), "{lines:?}");
            start.elapsed()
        };
        (0..5).map(time).min().expect("five")
    };
    let bound = if Program::chosen().is_emulated() { 4 * LATE } else { LATE };
    for line in ["X: y", "Authorization: Bearer x", "Authorization: Basic", "Authorization: Basic !!!!"] {
        let time = quickest(&[line], 401);
        assert!(time < bound, "{line}: {time:?}");
    }
    let time = quickest(&[&basic("ann", "open sesame")], 200);
    assert!(time < bound, "a good one: {time:?}");
}

#[test]
fn those_who_guess_do_not_keep_others_out() {
    let server = start("--auth", &["--max-conns", "8"]);
    let wrong = head("GET", "/hello.txt", &[&basic("ann", "x")]);
    let good = asking("GET", "/hello.txt", &[&basic("ann", "open sesame")]);
    for round in 0..3 {
        let mut guessing: Vec<Connection> = (0..8).map(|_| server.connect()).collect();
        for connection in &mut guessing {
            let _ = connection.try_send(&wrong);
        }
        // So that all of them wait.
        thread::sleep(Duration::from_millis(200));
        let start = Instant::now();
        let mut turned_away = 0;
        loop {
            match server.ask(&good) {
                Ok(answer) if answer.status == 200 => break,
                Ok(answer) => assert_eq!(answer.status, 503, "round {round}"),
                Err(why) => panic!("round {round}: {why}"),
            }
            turned_away += 1;
            assert!(start.elapsed() < deadline(), "round {round}: turned away {turned_away} times");
            thread::sleep(Duration::from_millis(2));
        }
        // They would give way a second after their answers, and those come after
        // half a second. An emulator may still be busy with their hashes.
        let (time, is_slow) = (start.elapsed(), Program::chosen().is_emulated());
        let is_soon = time < Duration::from_millis(900);
        assert!(is_soon || is_slow, "round {round}: after {time:?}, turned away {turned_away} times");
        drop(guessing);
        thread::sleep(Duration::from_millis(300));
    }
}

#[test]
fn a_guess_whose_client_has_gone_holds_nothing() {
    let server = start("--auth", &["--max-conns", "4"]);
    let wrong = asking("GET", "/hello.txt", &[&basic("ann", "x")]);
    for _ in 0..20 {
        let mut connection = server.connect();
        connection.send(&wrong);
        connection.reset();
    }
    svcd_tests::until("service", || {
        let answer = get(&server, &[&basic("ann", "open sesame")]).ok()?;
        (answer.status == 200).then_some(())
    });
}

#[test]
fn a_connection_is_asked_for_its_password_once() {
    let tree = Tree::small();
    let path = file_of(&tree, "users", SLOW).display().to_string();
    let server: Server = server_of(tree, &["--auth", &path]);
    let bytes = head("GET", "/hello.txt", &[&basic("slow", "take your time")]);
    let mut connection = server.connect();
    let ask = |connection: &mut Connection| {
        let start = Instant::now();
        assert_eq!(connection.exchange(&bytes).map(|answer| answer.status), Ok(200));
        start.elapsed()
    };
    let first = ask(&mut connection);
    let others: Duration = (0..5).map(|_| ask(&mut connection)).sum();
    assert!(others < first, "five more took {others:?}, the first {first:?}");
    // Another connection is another client.
    let again = ask(&mut server.connect());
    assert!(again > others / 5, "{again:?}, {others:?}");
}

#[test]
fn the_file_is_read_once() {
    let server = start("--auth", &[]);
    let path = server.tree.outside().join("users");
    fs::remove_file(&path).expect("rm");
    assert_eq!(get(&server, &[&basic("ann", "open sesame")]).map(|answer| answer.status), Ok(200));
    fs::write(&path, "").expect("an empty file");
    assert_eq!(get(&server, &[]).map(|answer| answer.status), Ok(401));
    assert_eq!(get(&server, &[&basic("bob", "a:b")]).map(|answer| answer.status), Ok(200));
}
