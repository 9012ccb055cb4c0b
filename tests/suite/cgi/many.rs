//! Many programs at once.

use std::fs;

use svcd_tests::process::{until_children, visible};
use svcd_tests::scripts::{CAT, Gate, server};
use svcd_tests::tree::pseudo_random;
use svcd_tests::until;

#[test]
fn sixty_four_at_once_each_whole() {
    const COUNT: usize = 64;
    let text = format!("echo $$ >started.$$\nread x <gate\n{CAT}");
    let server = server(&[("wait", &text)], &[]);
    let mut gate = Gate::new(&server.tree, "cgi-bin/gate");
    // More than a pipe and a read hold, and no two alike.
    let body = |number: usize| {
        let mut body = pseudo_random(100_000 + number);
        body.rotate_left(number * 1000);
        body
    };
    let mut waiting = Vec::new();
    for number in 0..COUNT {
        let body = body(number);
        let head =
            format!("POST /cgi-bin/wait HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
        let connection = server.connect();
        let sending = connection.send_beside([head.as_bytes(), &body].concat());
        waiting.push((head, connection, sending));
    }
    let started = || {
        let entries = fs::read_dir(server.tree.path("cgi-bin")).expect("the folder").flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("started.")).count()
    };
    until("64 programs", || (started() == COUNT).then_some(()));
    server.assert_serving();
    gate.open(COUNT);
    for (number, (head, mut connection, sending)) in waiting.into_iter().enumerate() {
        let answer = connection.next_answer(head.as_bytes()).unwrap_or_else(|why| panic!("{number}: {why}"));
        let body = body(number);
        assert_eq!(answer.has("X-Length", &body.len().to_string()), Ok(()), "{number}");
        assert!(answer.body == body, "{number}: {} of {} bytes", answer.body.len(), body.len());
        sending.join().expect("a sender").expect("it is read");
    }
    if visible("processes of the server") {
        until_children(server.id(), 0);
    }
}
