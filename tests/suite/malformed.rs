//! Malformed requests are refused with 400: where two readers could disagree
//! on what a request says, this one does not guess.

use svcd_tests::{Server, each, statuses};

#[test]
fn request_lines() {
    let server = Server::start(&[]);
    statuses(
        &server,
        &[
            ("two spaces before the target", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("two spaces before the version", b"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("tab for a space", b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("space first", b" GET / HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("space in the target", b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("trailing space", b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", &[400]),
            ("trailing tab", b"GET / HTTP/1.1\t\r\nHost: a\r\n\r\n", &[400]),
            ("trailing word", b"GET / HTTP/1.1 x\r\nHost: a\r\n\r\n", &[400]),
            ("http/1.1", b"GET / http/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("no version", b"GET /\r\nHost: a\r\n\r\n", &[400]),
            ("no version, but its space", b"GET / \r\nHost: a\r\n\r\n", &[400]),
            ("no target", b"GET HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("no target, but its spaces", b"GET  HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("no method", b" / HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("method only", b"GET\r\n\r\n", &[400]),
            ("version HTTP/1", b"GET / HTTP/1\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTP/1.", b"GET / HTTP/1.\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTP/.1", b"GET / HTTP/.1\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTP/11", b"GET / HTTP/11\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTP/1.10", b"GET / HTTP/1.10\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTP/01.1", b"GET / HTTP/01.1\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTP/1,1", b"GET / HTTP/1,1\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTP/1.x", b"GET / HTTP/1.x\r\nHost: a\r\n\r\n", &[400]),
            ("version HTTPS/1.1", b"GET / HTTPS/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("version FTP/1.1", b"GET / FTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("NUL in the method", b"GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("byte 0xff in the method", b"GE\xff / HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("TLS ClientHello", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n", &[400]),
            ("line ends only", b"\r\n\r\n\r\n\r\n", &[400]),
            ("two empty lines first", b"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
        ],
    );
}

#[test]
fn targets() {
    let server = Server::start(&[]);
    statuses(
        &server,
        &[
            ("asterisk", b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("no slash first", b"GET hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("dot first", b"GET ./hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("query first", b"GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded slash first", b"GET %2Fhello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("authority-form", b"GET a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", &[400]),
            ("other scheme", b"GET ftp://a/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("scheme with one slash", b"GET http:/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("absolute-form without host", b"GET http:///hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("absolute-form with user", b"GET http://u:p@a/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("fragment", b"GET /hello.txt#top HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("fragment in a query", b"GET /hello.txt?a#b HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("no hex digits", b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("one hex digit", b"GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("one hex digit, then a slash", b"GET /%4/x HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("one hex digit, then a query", b"GET /%4?a HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("percent last", b"GET /hello.txt% HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("percent before a slash", b"GET /%/x HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("signed hex digits", b"GET /%+1 HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("%u form", b"GET /%u002e HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded NUL", b"GET /hello.txt%00 HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded NUL with a tail", b"GET /hello.txt%00.png HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded slash", b"GET /dir%2Finner.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded slash in lower case", b"GET /dir%2finner.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded line feed", b"GET /%0a HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded carriage return", b"GET /%0D HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded tab", b"GET /%09 HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded escape", b"GET /%1b HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("encoded delete", b"GET /%7f HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
        ],
    );
    let controls = (1..0x20).chain([0, 0x7f]).filter(|byte| !b"\t\r\n".contains(byte));
    each(controls.map(|byte| (format!("byte {byte:#04x} in the target"), byte)), |byte: u8| {
        let response = server.get([b'/', byte])?;
        if response.status == 400 { Ok(()) } else { Err(format!("got {}", response.status)) }
    });
}

#[test]
fn fields() {
    let server = Server::start(&[]);
    statuses(
        &server,
        &[
            ("bare line feed everywhere", b"GET / HTTP/1.1\nHost: a\n\n", &[400]),
            ("bare line feed after the request line", b"GET / HTTP/1.1\nHost: a\r\n\r\n", &[400]),
            ("bare line feed after a field", b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", &[400]),
            ("bare line feed for the empty line", b"GET / HTTP/1.1\r\nHost: a\r\n\n\r\n\r\n", &[400]),
            ("bare line feed first", b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
            ("bare carriage return in the request line", b"GET / HTTP/1.1\rHost: a\r\n\r\n", &[400]),
            ("bare carriage return in a value", b"GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", &[400]),
            ("bare carriage return in a name", b"GET / HTTP/1.1\r\nHost: a\r\nX\r: b\r\n\r\n", &[400]),
            ("two carriage returns", b"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", &[400]),
            ("two carriage returns behind a value", b"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", &[400]),
            ("folded line", b"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", &[400]),
            ("folded line, tab", b"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", &[400]),
            ("folded line, empty", b"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n \r\n\r\n", &[400]),
            ("space before the first field", b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", &[400]),
            ("space before the colon", b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", &[400]),
            ("tab before the colon", b"GET / HTTP/1.1\r\nHost: a\r\nX\t: b\r\n\r\n", &[400]),
            ("space in a name", b"GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", &[400]),
            ("empty name", b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", &[400]),
            ("no colon", b"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", &[400]),
            ("quote in a name", b"GET / HTTP/1.1\r\nHost: a\r\nX\": b\r\n\r\n", &[400]),
            ("slash in a name", b"GET / HTTP/1.1\r\nHost: a\r\nX/: b\r\n\r\n", &[400]),
            ("byte 0x80 in a name", b"GET / HTTP/1.1\r\nHost: a\r\nX\x80: b\r\n\r\n", &[400]),
            ("NUL in a name", b"GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", &[400]),
        ],
    );
    let controls = (0..0x20).chain([0x7f]).filter(|byte| !b"\t\n".contains(byte));
    each(controls.map(|byte| (format!("byte {byte:#04x} in a value"), byte)), |byte: u8| {
        let request = [b"GET / HTTP/1.1\r\nHost: a\r\nX: b", &[byte][..], b"c\r\n\r\n"].concat();
        let response = server.ask(&request)?;
        if response.status == 400 { Ok(()) } else { Err(format!("got {}", response.status)) }
    });
}

#[test]
fn hosts() {
    let server = Server::start(&[]);
    statuses(
        &server,
        &[
            ("none in 1.1", b"GET / HTTP/1.1\r\n\r\n", &[400]),
            ("none in 1.1 beside other fields", b"GET / HTTP/1.1\r\nX-Host: a\r\n\r\n", &[400]),
            ("two", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", &[400]),
            ("two alike", b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", &[400]),
            ("two in different case", b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhOsT: a\r\n\r\n", &[400]),
            ("two in 1.0", b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", &[400]),
            ("empty", b"GET / HTTP/1.1\r\nHost:\r\n\r\n", &[400]),
            ("spaces only", b"GET / HTTP/1.1\r\nHost:   \r\n\r\n", &[400]),
            ("none beside absolute-form", b"GET http://a/ HTTP/1.1\r\n\r\n", &[400]),
            ("with a space", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", &[400]),
            ("with a slash", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", &[400]),
            ("with a user", b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", &[400]),
            ("with a query", b"GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", &[400]),
            ("with a quote", b"GET / HTTP/1.1\r\nHost: a\"\r\n\r\n", &[400]),
            ("list", b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", &[400, 200]),
            ("port in letters", b"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", &[400]),
            ("two ports", b"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", &[400]),
            ("open bracket", b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", &[400]),
            ("brackets around nonsense", b"GET / HTTP/1.1\r\nHost: [/]\r\n\r\n", &[400]),
        ],
    );
}

#[test]
fn framing() {
    let server = Server::start(&[]);
    let rows: &[(&str, &str)] = &[
        ("length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
        ("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
        ("chunked and length 0", "Transfer-Encoding: chunked\r\nContent-Length: 0"),
        ("two lengths", "Content-Length: 5\r\nContent-Length: 6"),
        ("two lengths in a list", "Content-Length: 5, 6"),
        ("length with a plus", "Content-Length: +5"),
        ("length with a minus", "Content-Length: -1"),
        ("length with a space inside", "Content-Length: 5 0"),
        ("length with a word", "Content-Length: 5 bytes"),
        ("length with a letter", "Content-Length: 5x"),
        ("length in hex", "Content-Length: 0x5"),
        ("length with a point", "Content-Length: 5.0"),
        ("length with an exponent", "Content-Length: 5e0"),
        ("length with an underscore", "Content-Length: 5_0"),
        ("empty length", "Content-Length:"),
        ("list with an empty length", "Content-Length: 5,"),
        ("length of 2^63", "Content-Length: 9223372036854775808"),
        ("length of 2^64", "Content-Length: 18446744073709551616"),
        ("length of 2^64 and 5", "Content-Length: 18446744073709551621"),
        (
            "length of 60 digits",
            "Content-Length: 111111111111111111111111111111111111111111111111111111111111",
        ),
        ("length in other digits", "Content-Length: \u{665}"),
    ];
    for method in ["GET", "POST"] {
        each(rows.iter().map(|row| (format!("{method}, {}", row.0), row.1)), |fields| {
            let request = format!("{method} /hello.txt HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n0\r\n\r\n");
            let response = server.ask(request.as_bytes())?;
            if response.status == 400 { Ok(()) } else { Err(format!("got {}", response.status)) }
        });
    }
}

#[test]
fn what_others_serve_is_refused_and_the_connection_closed() {
    // One request each that seventeen servers were asked; every one of them
    // served some of these.
    let field = format!("GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "y".repeat(70_000));
    let line = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "y".repeat(70_000));
    let get = |fields: &str| format!("GET /hello.txt HTTP/1.1\r\n{fields}\r\n\r\n");
    let rows: &[(&str, String, u16)] = &[
        ("HTTP/1.1 without Host", get("X: y"), 400),
        ("two Hosts", get("Host: a\r\nHost: b"), 400),
        ("a folded line", get("Host: a\r\nX: y\r\n z"), 400),
        ("a folded line of tabs", get("Host: a\r\nX: y\r\n\t"), 400),
        ("space before the colon", get("Host: a\r\nX : y"), 400),
        ("space before the colon of a length", get("Host: a\r\nContent-Length : 5"), 400),
        ("length and chunked", get("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"), 400),
        ("two lengths", get("Host: a\r\nContent-Length: 5\r\nContent-Length: 6"), 400),
        ("length with a plus", get("Host: a\r\nContent-Length: +5"), 400),
        ("an unknown coding", get("Host: a\r\nTransfer-Encoding: foo"), 501),
        ("bare line feeds", get("Host: a").replace('\r', ""), 400),
        ("one bare line feed", get("Host: a\nX: y"), 400),
        ("NUL in a field", get("Host: a\r\nX: y\0z"), 400),
        ("HTTP/2.0", get("Host: a").replace("1.1", "2.0"), 505),
        ("a field of 70 KB", field, 431),
        ("a target of 70 KB", line, 414),
    ];
    let server = Server::start(&[]);
    each(rows.iter().map(|row| (row.0, row)), |(_, request, status)| {
        let mut connection = server.connect();
        // A request behind it is part of nothing any more.
        let _ = connection.try_send(format!("{request}{}", get("Host: a")).as_bytes());
        let response = connection.next_answer(request.as_bytes())?;
        response.is(*status)?;
        response.has("Connection", "close")?;
        connection.at_end()
    });
}
