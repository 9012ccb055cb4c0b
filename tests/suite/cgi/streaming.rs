//! Output goes to the client as it comes, and so does a body to the program.

use svcd_tests::scripts::{Gate, server};
use svcd_tests::{Connection, each};

/// Reads until `text` has come, and tells all that has.
fn wait_for(connection: &mut Connection, text: &str) -> Result<Vec<u8>, String> {
    let mut seen = Vec::new();
    while !seen.windows(text.len()).any(|part| part == text.as_bytes()) {
        let more = connection.read(1).map_err(|why| format!("{text:?}: {why}"))?;
        seen.extend(more);
    }
    Ok(seen)
}

#[test]
fn each_piece_at_once() {
    let text = |head: &str| {
        format!(
            "printf '{head}\\n'\nfor n in 1 2 3; do printf 'event %s\\n' $n; read x <gate; done\necho end\n"
        )
    };
    let stream = text("Content-Type: text/event-stream\\n");
    let long = text("Content-Type: text/plain\\nContent-Length: 28\\n");
    let raw = text("HTTP/1.1 200 OK\\nContent-Type: text/plain\\n");
    let server = server(&[("stream", &stream), ("long", &long), ("nph-raw", &raw)], &[]);
    let mut gate = Gate::new(&server.tree, "cgi-bin/gate");
    let rows = [
        ("1.1", "GET /cgi-bin/stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        ("1.0", "GET /cgi-bin/stream HTTP/1.0\r\n\r\n"),
        ("a length", "GET /cgi-bin/long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        ("POST", "POST /cgi-bin/stream HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
        ("nph", "GET /cgi-bin/nph-raw HTTP/1.1\r\nHost: a\r\n\r\n"),
    ];
    each(rows.map(|row| (row.0, row)), |(_, request)| {
        let mut connection = server.connect();
        connection.send(request.as_bytes());
        for number in 1..=3 {
            // The program goes on only when its last words were seen.
            wait_for(&mut connection, &format!("event {number}\n"))?;
            gate.open(1);
        }
        wait_for(&mut connection, "end\n")?;
        connection.read_to_end().map(drop)
    });
}

#[test]
fn a_talk_of_lines() {
    let text =
        "printf 'Content-Type: text/plain\\n\\n'\nwhile read line; do printf 'got %s\\n' \"$line\"; done\n";
    let server = server(&[("talk", text)], &[]);
    let lines = ["one", "two", "three"];
    let length: usize = lines.iter().map(|line| line.len() + 1).sum();
    let head = format!(
        "POST /cgi-bin/talk HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let mut connection = server.connect();
    connection.send(head.as_bytes());
    let mut last = Vec::new();
    for line in lines {
        connection.send(format!("{line}\n").as_bytes());
        last = wait_for(&mut connection, &format!("got {line}\n")).expect("an echo");
    }
    last.extend(connection.read_to_end().expect("an end"));
    assert!(last.ends_with(b"0\r\n\r\n"), "{}", last.escape_ascii());
}

#[test]
fn a_slow_reader_holds_the_program_and_misses_nothing() {
    let text = "printf 'Content-Type: text/plain\\n\\n'\ncat ../big.bin\necho done >ended\n";
    let tree = svcd_tests::scripts::tree(&[("big", text)]);
    tree.file("big.bin", svcd_tests::tree::big());
    let server = svcd_tests::Server::with(tree).arguments(&["--cgi-timeout", "1"]).start();
    let mut connection = Connection::open_narrow(server.address);
    let request = svcd_tests::server::request("GET", b"/cgi-bin/big");
    connection.send(&request);
    // Its silence is the client's, not its own.
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(!server.tree.path("cgi-bin/ended").exists(), "all of it is in memory");
    let answer = connection.next_answer(&request).expect("an answer");
    assert!(answer.body == svcd_tests::tree::big(), "{} bytes", answer.body.len());
}
