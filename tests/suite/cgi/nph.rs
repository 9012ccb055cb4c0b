//! Programs whose head is not parsed (RFC 3875 5): `nph-` in front of the name.

use svcd_tests::each;
use svcd_tests::log_line::LogLine;
use svcd_tests::scripts::{Gate, ids_of, is_running, server, until_gone};
use svcd_tests::server::request;

#[test]
fn what_it_writes_goes_out_as_it_is() {
    const ROWS: &[(&str, &str)] = &[
        ("an answer", "HTTP/1.1 299 Odd\r\nX-A: b\r\nContent-Length: 3\r\n\r\nabc"),
        ("line feeds", "HTTP/1.0 200 OK\nContent-Type: text/plain\n\nabc"),
        ("no fields", "HTTP/1.1 200 OK\r\n\r\n"),
        ("no answer at all", "hello, world"),
        ("its own framing", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        ("two", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\nConnection: close\r\n\r\n"),
    ];
    let server = server(&[("nph-say", "exec cat said\n"), ("dir/nph-say", "exec cat ../said\n")], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, said)| {
        server.tree.file("cgi-bin/said", said.as_bytes());
        for target in ["/cgi-bin/nph-say", "/cgi-bin/dir/nph-say/x", "/cgi-bin/%6Eph-say?a"] {
            for version in ["1.0", "1.1"] {
                let mut connection = server.connect();
                connection.send(format!("GET {target} HTTP/{version}\r\nHost: a\r\n\r\n").as_bytes());
                let found = connection.read_to_end()?;
                if found != said.as_bytes() {
                    return Err(format!("{target}: {}", found.escape_ascii()));
                }
            }
        }
        Ok(())
    });
    let line = LogLine::parse(&server.log().lines(1)[0]).expect("a line");
    assert_eq!(line.request, "GET /cgi-bin/nph-say HTTP/1.0");
    server.assert_serving();
}

#[test]
fn it_reads_its_body() {
    let text = "printf 'HTTP/1.1 200 OK\\r\\n\\r\\n%s ' \"$REQUEST_METHOD $CONTENT_LENGTH\"\ncat\n";
    let server = server(&[("nph-cat", text)], &[]);
    let mut connection = server.connect();
    connection.send(b"POST /cgi-bin/nph-cat HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
    assert_eq!(connection.read_to_end(), Ok(b"HTTP/1.1 200 OK\r\n\r\nPOST 4 body".to_vec()));
}

#[test]
fn only_the_name_of_the_program_counts() {
    let text = "printf 'Content-Type: text/plain\\n\\nabc'\n";
    let server = server(&[("nph-dir/x", text), ("x", text), ("x-nph-", text)], &[]);
    for target in ["/cgi-bin/nph-dir/x", "/cgi-bin/x/nph-y", "/cgi-bin/x-nph-"] {
        let answer = server.get(target).expect(target);
        assert_eq!((answer.status, answer.text().as_str()), (200, "abc"), "{target}");
    }
}

#[test]
fn it_comes_at_once_and_goes_with_its_viewer() {
    let text = "sleep 600 &\necho $$ $! >ids\nprintf 'HTTP/1.1 200 OK\\r\\n\\r\\nfirst\\n'\nread x <gate\n\
        printf 'second\\n'\nwhile :; do printf '%1000s'; done\n";
    let server = server(&[("nph-endless", text)], &[]);
    let mut gate = Gate::new(&server.tree, "cgi-bin/gate");
    let mut connection = server.connect();
    connection.send(&request("GET", b"/cgi-bin/nph-endless"));
    let first = b"HTTP/1.1 200 OK\r\n\r\nfirst\n";
    assert_eq!(connection.read(first.len()), Ok(first.to_vec()));
    gate.open(1);
    let more = connection.read(1_000_000).expect("much more");
    assert!(more.starts_with(b"second\n"));
    let ids = ids_of(&server.tree.path("cgi-bin/ids"));
    assert!(ids.iter().all(|id| is_running(*id)));
    drop(connection);
    until_gone(&ids);
    server.assert_serving();
}
