//! Programs that do not want the body, or not all of it, or not yet.

use svcd_tests::chunked::encode;
use svcd_tests::each;
use svcd_tests::scripts::{Gate, script, server, source};
use svcd_tests::tree::big;

const DONE: &str = "printf 'Content-Type: text/plain\\n\\ndone'\n";

/// A body that looks like requests: none of it may be taken for one.
fn requests(length: usize) -> Vec<u8> {
    b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n".iter().copied().cycle().take(length).collect()
}

#[test]
fn the_answer_comes_all_the_same() {
    let rows = [
        ("never read", DONE.to_owned()),
        ("closed early", format!("exec <&-\n{DONE}")),
        ("closed early, and late to answer", format!("exec <&-\nsh -c :\n{DONE}")),
        ("read in part", format!("dd bs=1 count=10 of=/dev/null 2>/dev/null\n{DONE}")),
        ("read behind the answer", format!("{DONE}exec >&-\ncat >/dev/null\n")),
        ("ended with another status", format!("{DONE}exit 3\n")),
    ];
    let server = server(&[], &[]);
    each(rows.iter().map(|row| (row.0, row)), |(_, text)| {
        script(&server.tree, "cgi-bin/lazy", text);
        for length in [10, 5000, 60_000, 1_000_000, big().len()] {
            let body = requests(length);
            let said = format!("Content-Length: {length}\r\n");
            for (lines, body) in
                [(said.as_str(), body.clone()), ("Transfer-Encoding: chunked\r\n", encode(&body, 5000))]
            {
                let head = format!("POST /cgi-bin/lazy HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
                let mut connection = server.connect();
                let sending = connection.send_beside([head.as_bytes(), &body].concat());
                let told = |why: String| format!("{length} bytes, {lines:?}: {why}");
                let answer = connection.next_answer(head.as_bytes()).map_err(told)?;
                if (answer.status, answer.text().as_str()) != (200, "done") {
                    return Err(told(format!("{} {:?}", answer.status, answer.text())));
                }
                // Then either the connection goes on behind the body, or it ends. A
                // server that ends it need not take the whole body first.
                let _ = sending.join();
                match connection.is_open() {
                    Ok(()) => {}
                    Err(why)
                        if why.contains("closed") || why.contains("reset") || why.contains("sending") => {}
                    Err(why) => return Err(told(why)),
                }
            }
        }
        Ok(())
    });
    server.assert_serving();
}

#[test]
fn short_bodies_that_nobody_reads_keep_the_connection() {
    let server = server(&[("lazy", DONE)], &[]);
    let mut connection = server.connect();
    for _ in 0..5 {
        let body = requests(1000);
        let head = b"POST /cgi-bin/lazy HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n".to_vec();
        let answer = connection.exchange(&[head, body].concat()).expect("an answer");
        assert_eq!((answer.text().as_str(), answer.is_kept()), ("done", true));
        assert_eq!(connection.is_open(), Ok(()));
    }
}

#[test]
fn the_body_waits_for_a_late_reader() {
    let text = "read x <gate\nprintf 'Content-Type: text/plain\\n\\n'\ncat\n";
    let server = server(&[("late", text)], &[]);
    let mut gate = Gate::new(&server.tree, "cgi-bin/gate");
    let said = format!("Content-Length: {}\r\n", big().len());
    for (lines, body) in
        [(said.as_str(), big().to_vec()), ("Transfer-Encoding: chunked\r\n", encode(big(), 9000))]
    {
        let head = format!("POST /cgi-bin/late HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        let mut connection = server.connect();
        let sending = connection.send_beside([head.as_bytes(), &body].concat());
        server.assert_serving();
        gate.open(1);
        let answer = connection.next_answer(head.as_bytes()).expect("an answer");
        assert!(answer.body == big(), "{} bytes", answer.body.len());
        sending.join().expect("a sender").expect("all is read");
        let goes_on = if answer.is_kept() { connection.is_open() } else { connection.at_end() };
        assert_eq!(goes_on, Ok(()));
    }
}

#[test]
fn a_program_that_writes_much_before_it_reads() {
    let text = "printf 'Content-Type: text/plain\\n\\n'\ncat ../big.bin\nwc -c\n";
    let tree = svcd_tests::scripts::tree(&[]);
    tree.file("big.bin", big());
    tree.file("cgi-bin/first", source(text).as_bytes());
    tree.permit("cgi-bin/first", 0o755);
    let server = svcd_tests::Server::with(tree).start();
    let head = format!("POST /cgi-bin/first HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", big().len());
    let mut connection = server.connect();
    // All is sent before anything is read: neither side may wait for the other.
    let sending = connection.send_beside([head.as_bytes(), big()].concat());
    let answer = connection.next_answer(head.as_bytes()).expect("an answer");
    let count = String::from_utf8_lossy(&answer.body[big().len()..]).trim().to_owned();
    assert!(answer.body.starts_with(big()) && count == big().len().to_string(), "{count}");
    sending.join().expect("a sender").expect("all is read");
}
