//! Programs that do not say what they should, or do not get so far: 502.

use svcd_tests::scripts::{SAY, is_no_source, say, script, server};
use svcd_tests::server::request;
use svcd_tests::{Response, Server, each, some};

/// The server's own page, and a connection that goes on as it says.
fn is_bad_gateway(server: &Server, target: &str) -> Result<Response, String> {
    let request = request("GET", target.as_bytes());
    let mut connection = server.connect();
    let answer = connection.exchange(&request)?;
    answer.is(502)?;
    is_no_source(&answer)?;
    answer.has("Content-Type", "text/html; charset=utf-8")?;
    if !answer.text().contains("502 Bad Gateway") || answer.reason != "Bad Gateway" {
        return Err(answer.text());
    }
    if answer.is_kept() { connection.is_open() } else { connection.at_end() }?;
    let head = server.head(target)?;
    head.is(502)?;
    Ok(answer)
}

#[test]
fn heads_that_are_none() {
    const ROWS: &[(&str, &[u8])] = &[
        ("nothing", b""),
        ("an empty line", b"\n"),
        ("empty lines", b"\r\n\r\n"),
        ("text", b"hello, world\n"),
        ("text and an empty line", b"hello, world\n\nabc"),
        ("HTML", b"<!doctype html>\n<p>abc\n\n"),
        ("bytes", b"\x7fELF\x00\x01\x02\n\n"),
        ("no end", b"Content-Type: text/plain"),
        ("no end behind a line", b"Content-Type: text/plain\n"),
        ("no end behind CR LF", b"Content-Type: text/plain\r\n"),
        ("a status line", b"HTTP/1.1 200 OK\nContent-Type: text/plain\n\nabc"),
        ("no type", b"X-A: b\n\nabc"),
        ("no type, but a length", b"Content-Length: 3\n\nabc"),
        ("a space in a name", b"Content Type: text/plain\n\nabc"),
        ("a space behind a name", b"Content-Type : text/plain\n\nabc"),
        ("a space in front", b" Content-Type: text/plain\n\nabc"),
        ("no name", b"Content-Type: text/plain\n: x\n\nabc"),
        ("no colon", b"Content-Type: text/plain\nX-A\n\nabc"),
        ("folded", b"Content-Type: text/plain\nX-A: a\n b\n\nabc"),
        ("a NUL", b"Content-Type: text/plain\nX-A: a\0b\n\nabc"),
        ("an escape", b"Content-Type: text/plain\nX-A: a\x1b[2Jb\n\nabc"),
        ("a CR inside", b"Content-Type: text/plain\nX-A: a\rX-B: b\n\nabc"),
        ("CR alone", b"Content-Type: text/plain\r\rabc"),
        ("two CRs", b"Content-Type: text/plain\r\r\n\r\r\nabc"),
        ("two statuses", b"Status: 200 OK\nStatus: 404 No\nContent-Type: text/plain\n\nabc"),
        ("the same twice", b"Status: 200 OK\nStatus: 200 OK\nContent-Type: text/plain\n\nabc"),
        ("status 100", b"Status: 100 Continue\n\n"),
        ("status 101", b"Status: 101 Switching\nContent-Type: text/plain\n\nabc"),
        ("status 199", b"Status: 199 x\nContent-Type: text/plain\n\nabc"),
        ("status 600", b"Status: 600 x\nContent-Type: text/plain\n\nabc"),
        ("status 0", b"Status: 000 x\nContent-Type: text/plain\n\nabc"),
        ("two digits", b"Status: 20 x\nContent-Type: text/plain\n\nabc"),
        ("four digits", b"Status: 2000 x\nContent-Type: text/plain\n\nabc"),
        ("a status in letters", b"Status: OK\nContent-Type: text/plain\n\nabc"),
        ("an empty status", b"Status:\nContent-Type: text/plain\n\nabc"),
        ("a signed status", b"Status: +20 x\nContent-Type: text/plain\n\nabc"),
        ("a status as HTTP", b"Status: HTTP/1.1 200 OK\nContent-Type: text/plain\n\nabc"),
        ("a glued phrase", b"Status: 200OK\nContent-Type: text/plain\n\nabc"),
        ("two lengths", b"Content-Type: text/plain\nContent-Length: 3\nContent-Length: 2\n\nabc"),
        ("the same length twice", b"Content-Type: text/plain\nContent-Length: 3\nContent-Length: 3\n\nabc"),
        ("a list of lengths", b"Content-Type: text/plain\nContent-Length: 3, 3\n\nabc"),
        ("a signed length", b"Content-Type: text/plain\nContent-Length: +3\n\nabc"),
        ("a negative length", b"Content-Type: text/plain\nContent-Length: -1\n\nabc"),
        ("a length in hex", b"Content-Type: text/plain\nContent-Length: 0x3\n\nabc"),
        ("an empty length", b"Content-Type: text/plain\nContent-Length:\n\nabc"),
        ("a length of 65 bits", b"Content-Type: text/plain\nContent-Length: 18446744073709551616\n\nabc"),
        ("two locations", b"Location: /hello.txt\nLocation: /empty.txt\n\n"),
        ("two absolute ones", b"Location: http://a/\nLocation: http://b/\n\n"),
        ("an empty location", b"Location:\n\n"),
    ];
    let server = server(&[("say", SAY)], &[]);
    each(some(ROWS).map(|row| (row.0, row)), |(_, said)| {
        server.tree.file("cgi-bin/said", said);
        is_bad_gateway(&server, "/cgi-bin/say").map(drop)
    });
    let good = say(&server, b"Content-Type: text/plain\n\nabc").expect("an answer");
    assert_eq!(good.status, 200);
}

#[test]
fn programs_that_end_before_their_head() {
    const ROWS: &[(&str, &str)] = &[
        ("at once", "exit 0"),
        ("with a status", "exit 1"),
        ("inside of the head", "printf 'Content-Type: text/pl'; exit 1"),
        ("by SIGKILL", "kill -s KILL $$"),
        ("by SIGTERM", "kill -s TERM $$"),
        ("by SIGSEGV", "kill -s SEGV $$ 2>/dev/null"),
        ("by SIGPIPE", "kill -s PIPE $$"),
        ("by a signal inside of the head", "printf 'Content-Type: text/plain\\n'; kill -s KILL $$"),
        ("by a mistake", "no-such-command-at-all 2>/dev/null"),
        ("with output closed", "exec >&-; exit 0"),
        ("with words on standard error only", "echo oops >&2"),
    ];
    let server = server(&[], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, text)| {
        script(&server.tree, "cgi-bin/end", &format!("{text}\n"));
        is_bad_gateway(&server, "/cgi-bin/end").map(drop)
    });
    server.assert_serving();
}

#[test]
fn programs_that_cannot_be_started() {
    let server = server(&[], &[]);
    let rows: [(&str, &[u8]); 5] = [
        ("no interpreter", b"#!/no/such/interpreter\n"),
        ("a folder as the interpreter", b"#!/\n"),
        ("no program", b"\x00\x01\x02\x03 neither a script nor a program\n"),
        ("a cut program", b"\x7fELF"),
        ("empty", b""),
    ];
    each(rows.map(|row| (row.0, row)), |(_, bytes)| {
        server.tree.file("cgi-bin/broken", bytes);
        server.tree.permit("cgi-bin/broken", 0o755);
        is_bad_gateway(&server, "/cgi-bin/broken").map(drop)
    });
    let line = server.log().lines(1)[0].clone();
    assert!(line.contains(" 502 "), "{line}");
}

#[test]
fn a_program_that_is_killed_behind_its_head_leaves_a_broken_answer() {
    const ROWS: &[(&str, &str)] = &[
        ("with a part of the content", "printf 'Content-Type: text/plain\\n\\nabc'; kill -s KILL $$"),
        ("with a length", "printf 'Content-Type: text/plain\\nContent-Length: 9\\n\\nabc'; kill -s KILL $$"),
        (
            "with much",
            "printf 'Content-Type: text/plain\\n\\n'; printf '%9000s' x; kill -s SEGV $$ 2>/dev/null",
        ),
    ];
    let server = server(&[], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, text)| {
        script(&server.tree, "cgi-bin/end", &format!("{text}\n"));
        let answer = server.get("/cgi-bin/end");
        match answer {
            Ok(answer) => Err(format!("a whole answer: {} {:?}", answer.status, answer.text())),
            Err(why) if why.contains("closed after") || why.contains("reset") => Ok(()),
            Err(why) => Err(why),
        }
    });
    server.assert_serving();
}
