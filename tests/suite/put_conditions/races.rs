//! Writes that meet: the preconditions hold at the moment of the commit, too.

use std::fs;
use std::sync::Barrier;
use std::thread;

use svcd_tests::asking::{Validators, asking};
use svcd_tests::response::Asked;
use svcd_tests::server::request;
use svcd_tests::tree::SECRET;
use svcd_tests::writing::{self, HOST_LINE, delete, goes_on, put};
use svcd_tests::{Connection, Server, each, scale};

/// Sends a request but for its last byte, which the answer to the head has shown
/// to be wanted.
fn begin(server: &Server, target: &str, content: &[u8], lines: &[&str]) -> (Connection, Vec<u8>) {
    let request = put(target, content, &[lines, &["Expect: 100-continue"]].concat());
    let (head, body) = request.split_at(request.len() - content.len());
    let mut connection = server.connect();
    connection.send(head);
    let interim = connection.next_response(Asked::by(&request)).expect("100");
    assert_eq!(interim.status, 100, "{}", String::from_utf8_lossy(&interim.raw));
    connection.send(&body[..body.len() - 1]);
    (connection, request)
}

#[test]
fn of_two_creators_one_has_created() {
    let server = writing::server(&[]);
    for round in 0..scale(20).max(4) {
        let target = format!("/created-{round}");
        let barrier = Barrier::new(2);
        let one = |content: &'static [u8]| {
            let (mut connection, request) = begin(&server, &target, content, &["If-None-Match: *"]);
            barrier.wait();
            connection.send(&content[content.len() - 1..]);
            let answer = connection.next_answer(&request).expect("an answer");
            assert_eq!(goes_on(&mut connection, &answer), Ok(()));
            (answer.status, content)
        };
        let mut both = thread::scope(|scope| {
            let (one, other) = (scope.spawn(|| one(b"the one")), scope.spawn(|| one(b"and the other")));
            [one.join().expect("no panic"), other.join().expect("no panic")]
        });
        both.sort();
        assert_eq!((both[0].0, both[1].0), (201, 412), "round {round}");
        assert_eq!(server.get(&target).map(|answer| answer.body), Ok(both[0].1.to_vec()), "round {round}");
    }
    assert_eq!(svcd_tests::snapshot::leftovers(&server.tree.root()).len(), 0);
}

#[test]
fn thirty_that_count_lose_no_step() {
    let server = writing::server(&[]);
    server.tree.file("counter", b"0");
    let count = scale(30).max(5);
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| step(&server));
        }
    });
    assert_eq!(server.get("/counter").map(|answer| answer.text()), Ok(count.to_string()));
}

/// Adds one to the counter, as often as it takes until nobody was faster.
fn step(server: &Server) {
    let mut connection = server.connect();
    loop {
        let read = connection.exchange(&request("GET", b"/counter")).expect("the counter");
        let line = format!("If-Match: {}", read.need("ETag").expect("a tag"));
        let next = read.text().parse::<u32>().expect("a number") + 1;
        let answer = connection.exchange(&put("/counter", next.to_string().as_bytes(), &[&line]));
        let answer = answer.expect("an answer");
        match answer.status {
            204 => return,
            412 if answer.is_kept() => {}
            412 => connection = server.connect(),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn of_two_deletes_one_has_deleted() {
    let server = writing::server(&[]);
    for round in 0..scale(20).max(4) {
        server.tree.file("deleted", b"x");
        let barrier = Barrier::new(3);
        let mut statuses: Vec<u16> = thread::scope(|scope| {
            let one = || {
                barrier.wait();
                server.ask(&delete("/deleted", &[])).expect("an answer").status
            };
            let all = [scope.spawn(one), scope.spawn(one), scope.spawn(one)];
            all.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404], "round {round}");
    }
}

#[test]
fn what_has_changed_while_the_body_came() {
    type Change = fn(&Server);
    type Row<'a> = (&'a str, &'a str, Change, &'a [u16], Option<&'a [u8]>);
    let replace: Change = |server| {
        let answer = server.ask(&put("/dir/inner.txt", b"of another", &[])).expect("an answer");
        assert_eq!(answer.status, 204);
    };
    let edit: Change = |server| drop(server.tree.file("dir/inner.txt", b"of another"));
    let remove: Change = |server| fs::remove_file(server.tree.path("dir/inner.txt")).expect("rm");
    let rows: [Row; 6] = [
        ("replaced by another client", "If-Match: {etag}", replace, &[412], Some(b"of another")),
        ("changed in place", "If-Match: {etag}", edit, &[412], Some(b"of another")),
        ("deleted", "If-Match: {etag}", remove, &[412], None),
        ("deleted, whatever it was", "If-Match: *", remove, &[412], None),
        ("changed, by its date", "If-Unmodified-Since: {date}", replace, &[412], Some(b"of another")),
        ("replaced, and nobody minds", "X: y", replace, &[204], Some(b"new")),
    ];
    each(rows.map(|row| (row.0, row)), |(_, line, change, right, left)| {
        let server = writing::server(&[]);
        let line = Validators::of(&server, "/dir/inner.txt", &[])?.fill(line);
        let (mut connection, request) = begin(&server, "/dir/inner.txt", b"new", &[&line]);
        change(&server);
        connection.send(b"w");
        let answer = connection.next_answer(&request)?;
        svcd_tests::asking::status(&answer, right)?;
        goes_on(&mut connection, &answer)?;
        let found = fs::read(server.tree.path("dir/inner.txt")).ok();
        if found.as_deref() == left { Ok(()) } else { Err(format!("the file is {found:?}")) }
    });
}

#[test]
fn what_has_come_to_stand_there_while_the_body_came() {
    type Change = fn(&Server);
    let file: Change = |server| drop(server.tree.file("dir/new.txt", b"of another"));
    let folder: Change = |server| drop(server.tree.folder("dir/new.txt"));
    let link: Change = |server| server.tree.link("dir/new.txt", "../../outside/secret.txt");
    let fifo: Change = |server| server.tree.fifo("dir/new.txt");
    let no_parent: Change = |server| {
        let moved = server.tree.outside().join("moved");
        fs::rename(server.tree.path("dir"), moved).expect("rename");
    };
    let rows: [(&str, &str, Change, &[u16]); 6] = [
        ("a file", "If-None-Match: *", file, &[412]),
        ("a file, and nobody minds", "X: y", file, &[204]),
        ("a folder", "X: y", folder, &[409]),
        ("a link", "X: y", link, &[403]),
        ("a FIFO", "X: y", fifo, &[403]),
        // It is in the folder that was there when it began, wherever that is now.
        ("its folder was moved", "X: y", no_parent, &[201, 403, 404, 409]),
    ];
    each(rows.map(|row| (row.0, row)), |(name, line, change, right)| {
        let server = writing::server(&[]);
        let (mut connection, request) = begin(&server, "/dir/new.txt", b"new", &[line]);
        change(&server);
        connection.send(b"w");
        let answer = connection.next_answer(&request)?;
        svcd_tests::asking::status(&answer, right)?;
        goes_on(&mut connection, &answer)?;
        if let Some(left) = svcd_tests::snapshot::leftovers(server.tree.base()).first() {
            return Err(format!("{} is left", left.display()));
        }
        if fs::read(server.tree.outside().join("secret.txt")).ok().as_deref() != Some(SECRET) {
            return Err("the target of the link was written".to_owned());
        }
        let right = match name {
            "a file" => "of another",
            "a file, and nobody minds" => "new",
            _ => return Ok(()),
        };
        let got = server.ask(&asking("GET", "/dir/new.txt", &[HOST_LINE]))?.text();
        if got == right { Ok(()) } else { Err(format!("the file is {got:?}")) }
    });
}

#[test]
fn a_reader_sees_the_old_or_the_new_and_nothing_between() {
    let server = writing::server(&[]);
    let contents = [vec![b'a'; 30_000], vec![b'b'; 50_000]];
    server.tree.file("seen", &contents[0]);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut connection = server.connect();
            for number in 0..scale(60).max(10) {
                let request = put("/seen", &contents[number % 2], &[]);
                assert_eq!(connection.exchange(&request).map(|answer| answer.status), Ok(204));
            }
        });
        while !writer.is_finished() {
            let answer = server.get("/seen").expect("always there");
            assert!(contents.contains(&answer.body), "{} {} bytes", answer.status, answer.body.len());
        }
    });
}
