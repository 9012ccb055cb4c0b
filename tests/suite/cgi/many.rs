//! Many programs at once, and one after the other.

use std::fs;

use svcd_tests::process::{children, descriptors, until_children, until_descriptors, visible};
use svcd_tests::scripts::{CAT, Gate, server, until_gone};
use svcd_tests::server::request;
use svcd_tests::{Connection, scale, until};

#[test]
fn sixty_four_at_once() {
    const COUNT: usize = 64;
    let text = "echo $$ >started.$$\nread x <gate\nprintf 'Content-Type: text/plain\\n\\n%s' $QUERY_STRING\n";
    let server = server(&[("wait", text)], &[]);
    let mut gate = Gate::new(&server.tree, "cgi-bin/gate");
    let mut waiting: Vec<(String, Connection)> = Vec::new();
    for number in 0..COUNT {
        let target = format!("/cgi-bin/wait?n={number}");
        let mut connection = server.connect();
        connection.send(&request("GET", target.as_bytes()));
        waiting.push((format!("n={number}"), connection));
    }
    let started = || {
        let entries = fs::read_dir(server.tree.path("cgi-bin")).expect("the folder").flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("started.")).count()
    };
    until("64 programs", || (started() == COUNT).then_some(()));
    server.assert_serving();
    gate.open(COUNT);
    for (query, mut connection) in waiting {
        let answer =
            connection.next_answer(&request("GET", b"/")).unwrap_or_else(|why| panic!("{query}: {why}"));
        assert_eq!((answer.status, answer.text()), (200, query));
        drop(connection);
    }
    if visible("processes of the server") {
        until_children(server.id(), 0);
    }
}

#[test]
fn nothing_is_left_after_many() {
    let server = server(&[("cat", CAT), ("wait", "echo $$ >>ids\nread x <gate\n")], &[]);
    let gate = Gate::new(&server.tree, "cgi-bin/gate");
    server.assert_serving();
    let before = visible("descriptors of the server").then(|| {
        until_children(server.id(), 0);
        descriptors(server.id())
    });
    let mut kept = server.connect();
    let count = scale(100);
    for number in 0..count {
        let post = b"POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
        assert_eq!(kept.exchange(post).map(|answer| answer.text()), Ok("body".to_owned()), "{number}");
        if number % 10 == 9 {
            // A client that vanishes in the middle.
            let mut connection = server.connect();
            connection.send(&request("GET", b"/cgi-bin/wait"));
            let ids = until("the id of a program", || {
                let text = fs::read_to_string(server.tree.path("cgi-bin/ids")).ok()?;
                let ids: Vec<i32> = text.lines().filter_map(|line| line.parse().ok()).collect();
                (text.ends_with('\n') && ids.len() == (number + 1) / 10).then_some(ids)
            });
            connection.reset();
            until_gone(&ids);
        }
    }
    // The process of the connection itself has no more than at its beginning.
    if before.is_some() {
        let of_it = until_children(server.id(), 1);
        let open = descriptors(of_it[0].id);
        assert!(open.len() < 12, "{open:?}");
        assert_eq!(children(of_it[0].id), []);
    }
    drop(kept);
    if let Some(before) = before {
        until_children(server.id(), 0);
        until_descriptors(server.id(), &before);
    }
    drop(gate);
}
