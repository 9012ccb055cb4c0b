//! What a program writes to its standard error, and the log line of its answer.

use svcd_tests::log_line::LogLine;
use svcd_tests::scripts::{SAY, script, server};
use svcd_tests::{Server, each};

const DONE: &str = "printf 'Content-Type: text/plain\\n\\ndone'\n";

/// The texts behind `svcd: SCRIPT: ` so far, once there are this many.
fn told(server: &Server, name: &str, count: usize) -> Vec<String> {
    let texts = |line: &String| {
        let (script, text) = line.strip_prefix("svcd: ")?.split_once(": ")?;
        script.ends_with(name).then(|| text.to_owned())
    };
    // The first line says where the server listens.
    server.errors().lines(1 + count).iter().filter_map(texts).collect()
}

#[test]
fn lines_with_the_name_of_the_program() {
    const ROWS: &[(&str, &str, &[&str])] = &[
        ("a line", "echo oops >&2", &["oops"]),
        ("two lines", "echo one >&2; echo two >&2", &["one", "two"]),
        ("at once", "printf 'one\\ntwo\\n' >&2", &["one", "two"]),
        ("no line end", "printf 'cut' >&2", &["cut"]),
        ("in pieces", "printf 'a' >&2; sh -c 'printf b >&2'; echo c >&2", &["abc"]),
        ("CR LF", "printf 'dos\\r\\n' >&2", &["dos"]),
        ("of a child", "sh -c 'echo inner >&2'", &["inner"]),
    ];
    each(ROWS.iter().map(|row| (row.0, row)), |(_, text, right)| {
        let server = server(&[], &[]);
        script(&server.tree, "cgi-bin/dir/loud", &format!("{text}\n{DONE}"));
        let answer = server.get("/cgi-bin/dir/loud?x")?;
        if (answer.status, answer.text().as_str()) != (200, "done") {
            return Err(format!("{} {:?}", answer.status, answer.text()));
        }
        let found = told(&server, "loud", right.len());
        let ended = server.stop();
        if ended.stdout.lines().count() != 1 {
            return Err(format!("in the log of requests: {}", ended.stdout));
        }
        let is_right = found.iter().zip(*right).all(|(found, right)| {
            // How a CR is shown is nobody's promise.
            found.starts_with(right) && found.len() <= right.len() + 4
        });
        if is_right && found.len() == right.len() { Ok(()) } else { Err(format!("{found:?}")) }
    });
}

#[test]
fn nothing_in_it_can_look_like_another_line() {
    let text = format!("printf 'a\\033[31mb\\007\\tc\\rsvcd: x\\303\\244 \\302\\233 31m\\n' >&2\n{DONE}");
    let server = server(&[("loud", &text)], &[]);
    assert_eq!(server.get("/cgi-bin/loud").map(|answer| answer.status), Ok(200));
    let lines = server.errors().lines(2);
    // Neither control characters of ASCII nor those of ISO 6429 above it.
    assert!(!lines.iter().any(|line| line.chars().any(char::is_control)), "{lines:?}");
    assert!(lines[1].contains("loud: a"), "{lines:?}");
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn much_of_it_holds_nobody() {
    let flood = "n=0\nwhile [ $n -lt 5000 ]; do echo \"line $n of many that nobody has asked for\"; n=$((n + 1)); done >&2\n";
    let long = "printf '%9000s|' x >&2\necho >&2\n";
    let server = server(&[("flood", &format!("{flood}{DONE}")), ("long", &format!("{long}{DONE}"))], &[]);
    let answer = server.get("/cgi-bin/flood").expect("an answer");
    assert_eq!(answer.text(), "done");
    assert_eq!(server.get("/cgi-bin/long").map(|answer| answer.text()), Ok("done".to_owned()));
    server.assert_serving();
    let ended = server.stop();
    assert!(ended.stderr.contains("line 4999 of many that nobody has asked for\n"));
    assert!(ended.stderr.lines().all(|line| line.len() <= 4096), "a line is too long");
}

#[test]
fn it_comes_before_the_program_ends() {
    let server = server(&[("loud", &format!("echo early >&2\nread x <gate\n{DONE}"))], &[]);
    let mut gate = svcd_tests::scripts::Gate::new(&server.tree, "cgi-bin/gate");
    let mut connection = server.connect();
    let request = svcd_tests::server::request("GET", b"/cgi-bin/loud");
    connection.send(&request);
    assert_eq!(told(&server, "loud", 1), ["early"]);
    gate.open(1);
    assert_eq!(connection.next_answer(&request).map(|answer| answer.text()), Ok("done".to_owned()));
}

#[test]
fn the_log_line_of_an_answer() {
    const ROWS: &[(&str, &str, &str, u16, u64)] = &[
        ("a document", "GET", "Content-Type: text/plain\n\nabc", 200, 3),
        ("a length", "GET", "Content-Type: text/plain\nContent-Length: 3\n\nabc", 200, 3),
        ("HEAD", "HEAD", "Content-Type: text/plain\n\nabc", 200, 0),
        ("a status", "GET", "Status: 299 Odd\nContent-Type: text/plain\n\nabcd", 299, 4),
        ("its own error", "GET", "Status: 404 Not Here\nContent-Type: text/plain\n\nabc", 404, 3),
        ("its own mistake", "GET", "Status: 500 Oh\nContent-Type: text/plain\n\nabc", 500, 3),
        ("a redirect", "GET", "Location: http://a.example/\n\n", 302, 0),
        ("inside", "GET", "Location: /hello.txt\n\n", 200, 13),
        ("204", "POST", "Status: 204 None\n\n", 204, 0),
    ];
    let server = server(&[("say", SAY)], &[]);
    let mut count = 0;
    each(ROWS.iter().map(|row| (row.0, row)), |(_, method, said, code, bytes)| {
        server.tree.file("cgi-bin/said", said.as_bytes());
        let text = format!(
            "{method} /cgi-bin/say?a=b HTTP/1.1\r\nHost: a\r\nReferer: http://b/\r\nUser-Agent: c\r\n\r\n"
        );
        let asked = server.ask(text.as_bytes());
        count += 1;
        let lines = server.log().lines(count);
        asked?;
        let line = &lines[count - 1];
        // Nobody but the program knows why it answers with an error of its own.
        let line = LogLine::parse(line).or_else(|_| LogLine::parse(&format!("{line} \"-\"")))?;
        let found = (line.status, line.bytes, line.referer.as_str(), line.user_agent.as_str());
        if found != (*code, *bytes, "http://b/", "c") || lines.len() != count {
            return Err(format!("{found:?}, {} lines", lines.len()));
        }
        if line.request == format!("{method} /cgi-bin/say?a=b HTTP/1.1") { Ok(()) } else { Err(line.request) }
    });
    server.tree.file("cgi-bin/said", b"nothing that is a head\n\n");
    assert_eq!(server.get("/cgi-bin/say").map(|answer| answer.status), Ok(502));
    let line = LogLine::parse(&server.log().lines(count + 1)[count]).expect("a line");
    assert!(line.status == 502 && line.reason.is_some(), "{line:?}");
}
