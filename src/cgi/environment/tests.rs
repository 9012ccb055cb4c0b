use super::*;
use crate::http::{Parsed, request, target};

/// A request of a program, and what the server knows beside it.
struct Given {
    request: &'static str,
    fields: &'static str,
    server: Option<&'static str>,
    peer: Option<&'static str>,
    is_https: bool,
    user: &'static str,
    script_name: &'static str,
    path_info: &'static str,
    content_length: Option<u64>,
    is_redirected: bool,
    pass_auth: bool,
    extra: &'static [&'static str],
}

const GIVEN: Given = Given {
    request: "GET /cgi-bin/a/b%20c?d=%20&e HTTP/1.1",
    fields: "Host: h:81\r\n",
    server: Some("127.0.0.1:8080"),
    peer: Some("192.0.2.1:1234"),
    is_https: false,
    user: "",
    script_name: "cgi-bin/a",
    path_info: "/b c",
    content_length: None,
    is_redirected: false,
    pass_auth: false,
    extra: &[],
};

/// The variables, sorted.
fn variables(given: &Given) -> Vec<String> {
    let mut room = [0; limits::CGI_ENVIRONMENT];
    let mut block = Buffer::new(&mut room);
    push_to(given, &mut block);
    assert!(!block.overflowed());
    let block = String::from_utf8(block.bytes().to_vec()).unwrap();
    let mut variables: Vec<_> = block.split_terminator('\0').map(str::to_owned).collect();
    variables.sort();
    variables
}

fn push_to(given: &Given, block: &mut Buffer) {
    let head = format!("{}\r\n{}\r\n", given.request, given.fields);
    let Ok(Parsed::Complete(request, _)) = request::parse(head.as_bytes()) else { panic!("{head}") };
    let mut extra = List::new();
    assert!(given.extra.iter().all(|line| extra.push(line.as_bytes())));
    let context = Context {
        is_redirected: given.is_redirected,
        request: &request,
        method: given.request.split(' ').next().unwrap().as_bytes(),
        target: target::parse(request.method, request.target).unwrap(),
        authority: target::authority(request.target).or_else(|| request.fields.first("Host")),
        script_name: given.script_name.as_bytes(),
        path_info: given.path_info.as_bytes(),
        path_translated: if given.path_info.is_empty() { b"" } else { b"/www/b c" },
        script_filename: b"/www/cgi-bin/a",
        document_root: b"/www",
        server: given.server.map(|text| text.parse().unwrap()),
        remote: Remote { address: given.peer.map(|text| text.parse().unwrap()), is_https: given.is_https },
        user: given.user.as_bytes(),
        content_length: given.content_length,
        pass_auth: given.pass_auth,
        extra: &extra,
    };
    push(block, &context);
}

/// All variables that `name` is the beginning of, or none.
fn only(given: &Given, name: &str) -> String {
    let mut variables = variables(given);
    variables.retain(|variable| variable.starts_with(name));
    variables.join(" | ")
}

#[test]
fn a_request_and_all_its_variables() {
    assert_eq!(
        variables(&GIVEN),
        [
            "DOCUMENT_ROOT=/www",
            "GATEWAY_INTERFACE=CGI/1.1",
            "HTTP_HOST=h:81",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "PATH_INFO=/b c",
            "PATH_TRANSLATED=/www/b c",
            "QUERY_STRING=d=%20&e",
            "REDIRECT_STATUS=200",
            "REMOTE_ADDR=192.0.2.1",
            "REMOTE_HOST=192.0.2.1",
            "REMOTE_PORT=1234",
            "REQUEST_METHOD=GET",
            "REQUEST_URI=/cgi-bin/a/b%20c?d=%20&e",
            "SCRIPT_FILENAME=/www/cgi-bin/a",
            "SCRIPT_NAME=/cgi-bin/a",
            "SERVER_ADDR=127.0.0.1",
            "SERVER_NAME=h",
            "SERVER_PORT=8080",
            "SERVER_PROTOCOL=HTTP/1.1",
            concat!("SERVER_SOFTWARE=svcd/", env!("CARGO_PKG_VERSION")),
        ]
    );
}

#[test]
fn variables_that_depend_on_the_request() {
    let post = "POST /cgi-bin/a HTTP/1.1";
    for (given, name, expected) in [
        (Given { path_info: "", ..GIVEN }, "PATH_", "PATH_INFO="),
        (Given { script_name: "", ..GIVEN }, "SCRIPT_NAME", "SCRIPT_NAME="),
        (Given { user: "mia", ..GIVEN }, "AUTH_TYPE", "AUTH_TYPE=Basic"),
        (Given { user: "mia", ..GIVEN }, "REMOTE_USER", "REMOTE_USER=mia"),
        (GIVEN, "REMOTE_USER", ""),
        (Given { request: "GET /a HTTP/1.1", ..GIVEN }, "QUERY", "QUERY_STRING="),
        (Given { request: "GET /a? HTTP/1.1", ..GIVEN }, "REQUEST_URI", "REQUEST_URI=/a?"),
        (Given { request: "GET http://i?b HTTP/1.1", ..GIVEN }, "REQUEST_URI", "REQUEST_URI=/?b"),
        (Given { request: "GET http://i:82/ HTTP/1.1", ..GIVEN }, "HTTP_HOST", "HTTP_HOST=i:82"),
        (Given { request: "GET http://i:82/ HTTP/1.1", ..GIVEN }, "SERVER_NAME", "SERVER_NAME=i"),
        (Given { request: "x! /a HTTP/1.1", ..GIVEN }, "REQUEST_METHOD", "REQUEST_METHOD=x!"),
        (Given { request: "GET /a HTTP/1.0", ..GIVEN }, "SERVER_PROTOCOL", "SERVER_PROTOCOL=HTTP/1.0"),
        (Given { request: "GET /a HTTP/1.0", fields: "", ..GIVEN }, "SERVER_NAME", "SERVER_NAME=127.0.0.1"),
        (
            Given { request: "GET /a HTTP/1.0", fields: "", server: Some("[::1]:1"), ..GIVEN },
            "SERVER_NAME",
            "SERVER_NAME=[::1]",
        ),
        (
            Given { request: "GET /a HTTP/1.0", fields: "", server: None, ..GIVEN },
            "SERVER_",
            concat!(
                "SERVER_NAME=localhost | SERVER_PORT=80 | SERVER_PROTOCOL=HTTP/1.0 | SERVER_SOFTWARE=svcd/",
                env!("CARGO_PKG_VERSION")
            ),
        ),
        (Given { fields: "Host: [::1]:8\r\n", ..GIVEN }, "SERVER_NAME", "SERVER_NAME=[::1]"),
        (Given { server: Some("[2001:db8::1]:1"), ..GIVEN }, "SERVER_ADDR", "SERVER_ADDR=2001:db8::1"),
        (
            Given { peer: Some("[::ffff:192.0.2.9]:7"), ..GIVEN },
            "REMOTE_",
            "REMOTE_ADDR=192.0.2.9 | REMOTE_HOST=192.0.2.9 | REMOTE_PORT=7",
        ),
        // A proxy has not told it.
        (Given { peer: Some("192.0.2.9:0"), ..GIVEN }, "REMOTE_PORT", ""),
        (Given { is_https: true, ..GIVEN }, "HTTPS", "HTTPS=on"),
        (Given { is_https: true, ..GIVEN }, "SERVER_PORT", "SERVER_PORT=81"),
        (Given { is_https: true, fields: "Host: h\r\n", ..GIVEN }, "SERVER_PORT", "SERVER_PORT=443"),
        (GIVEN, "HTTPS", ""),
        (Given { peer: None, ..GIVEN }, "REMOTE_", "REMOTE_ADDR=unix: | REMOTE_HOST=unix:"),
        (
            Given {
                request: post,
                fields: "Host: h\r\nContent-Length: 3\r\nContent-Type: a/b\r\n",
                content_length: Some(3),
                ..GIVEN
            },
            "CONTENT_",
            "CONTENT_LENGTH=3 | CONTENT_TYPE=a/b",
        ),
        (
            Given {
                request: post,
                fields: "Host: h\r\nTransfer-Encoding: chunked\r\nContent-Type: a/b\r\n",
                ..GIVEN
            },
            "CONTENT_",
            "CONTENT_TYPE=a/b",
        ),
        (Given { fields: "Host: h\r\nContent-Type: a/b\r\n", ..GIVEN }, "CONTENT_", "CONTENT_TYPE=a/b"),
        (Given { fields: "Host: h\r\nContent-Type: a/b\r\n", is_redirected: true, ..GIVEN }, "CONTENT_", ""),
    ] {
        assert_eq!(only(&given, name), expected, "{} {}", given.request, given.fields);
    }
}

#[test]
fn fields_become_variables_unless_that_would_do_harm() {
    for (fields, expected) in [
        ("User-Agent: a b\r\nX-1: \r\n", "HTTP_USER_AGENT=a b | HTTP_X_1="),
        ("accept: a\r\nB: c\r\nACCEPT: d\r\n", "HTTP_ACCEPT=a, d | HTTP_B=c"),
        ("Cookie: a=b\r\nCookie: c=d\r\n", "HTTP_COOKIE=a=b; c=d"),
        ("A: b\r\nA-B: c\r\nAB: d\r\n", "HTTP_A=b | HTTP_AB=d | HTTP_A_B=c"),
        ("Proxy: http://evil/\r\npROXY: x\r\n", ""),
        ("X_Forwarded-For: a\r\nX_A: b\r\n_: c\r\n", ""),
        ("A.B: c\r\nA!: c\r\nA'%s: d\r\n", ""),
        ("Authorization: Basic x\r\nProxy-Authorization: y\r\nProxy-Connection: z\r\n", ""),
        ("Connection: close\r\nKeep-Alive: 1\r\nTE: x\r\nTrailer: x\r\nUpgrade: h2c\r\n", ""),
        ("Content-Type: a/b\r\nContent-Length: 0\r\n", ""),
        ("Content-Encoding: gzip\r\nGit-Protocol: 2\r\n", "HTTP_CONTENT_ENCODING=gzip | HTTP_GIT_PROTOCOL=2"),
    ] {
        let given = Given { request: "POST / HTTP/1.0", fields, ..GIVEN };
        assert_eq!(only(&given, "HTTP_"), expected, "{fields}");
    }
    let given = Given {
        request: "GET / HTTP/1.0",
        fields: "authorization: a\r\nProxy-Authorization: b\r\n",
        pass_auth: true,
        ..GIVEN
    };
    assert_eq!(only(&given, "HTTP_"), "HTTP_AUTHORIZATION=a");
}

#[test]
fn what_the_command_line_gives_counts_more() {
    let fields = "Host: h\r\nX-User: evil\r\n";
    let of = |extra, name| only(&Given { fields, extra, ..GIVEN }, name);
    assert_eq!(of(&["A=b=c", "lower=d", "E="], "A"), "A=b=c");
    assert_eq!(of(&["lower=d"], "lower"), "lower=d");
    assert_eq!(of(&["E="], "E="), "E=");
    assert_eq!(of(&["HOME", "HOME=/x"], "HOM"), "HOME=/x");
    assert_eq!(of(&["PATH=/bin"], "PATH="), "PATH=/bin");
    assert_eq!(of(&["A=1", "A=2"], "A"), "A=1");
    assert_eq!(of(&["HTTPS=on", "SERVER_PORT=443"], "SERVER_PORT"), "SERVER_PORT=443");
    assert_eq!(of(&["HTTP_X_USER=mia"], "HTTP_X"), "HTTP_X_USER=mia");
    // Another name that only begins alike.
    assert_eq!(of(&["HTTP_X=mia"], "HTTP_X"), "HTTP_X=mia | HTTP_X_USER=evil");
}

#[test]
fn a_name_alone_is_a_variable_of_the_server() {
    let own = [&b"AB=1"[..], b"A=2=3", b"A=4", b"C"];
    for (line, expected) in
        [("A", Some("A=2=3")), ("AB", Some("AB=1")), ("A=5", Some("A=5")), ("D=", Some("D=")), ("C", None)]
    {
        let found = inherited(line.as_bytes(), own.iter().copied());
        assert_eq!(found, expected.map(str::as_bytes), "{line}");
    }
}

#[test]
fn what_does_not_fit_is_known() {
    let len = variables(&GIVEN).iter().map(|variable| variable.len() + 1).sum();
    // That there is one of a name already is known when the name is written.
    let mut room = vec![0; len + "SERVER_PORT=".len()];
    let mut block = Buffer::new(&mut room);
    push_to(&GIVEN, &mut block);
    assert_eq!((block.len(), block.overflowed()), (len, false));
    for len in 0..len {
        let mut block = Buffer::new(&mut room[..len]);
        push_to(&GIVEN, &mut block);
        assert!(block.overflowed(), "{len}");
    }
}
