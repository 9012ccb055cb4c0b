//! The chunked transfer coding of a body (RFC 9112 7.1), read strictly: where it
//! is malformed, nobody knows where the body ends.

use svcd_tests::{Server, each};

use super::{chunked, is_closed, is_kept};

#[test]
fn chunks_in_every_valid_form() {
    let server = Server::start(&[]);
    let extension = format!("3;{}\r\nabc\r\n0\r\n\r\n", "x".repeat(200));
    let trailer = format!("3\r\nabc\r\n0\r\nX: {}\r\n\r\n", "y".repeat(4000));
    let rows: &[(&str, &[u8])] = &[
        ("none", b"0\r\n\r\n"),
        ("several zeros", b"0000\r\n\r\n"),
        ("one", b"3\r\nabc\r\n0\r\n\r\n"),
        ("two", b"3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"),
        ("zeros before a size", b"0000003\r\nabc\r\n0\r\n\r\n"),
        ("hex in capitals", b"A\r\n0123456789\r\n0\r\n\r\n"),
        ("hex in small letters", b"a\r\n0123456789\r\n0\r\n\r\n"),
        ("line ends inside", b"4\r\n\r\n\r\n\r\n0\r\n\r\n"),
        ("the end inside", b"5\r\n0\r\n\r\n\r\n0\r\n\r\n"),
        ("an extension", b"3;a\r\nabc\r\n0\r\n\r\n"),
        ("an extension with a value", b"3;a=b\r\nabc\r\n0\r\n\r\n"),
        ("an extension with a quoted value", b"3;a=\"b;c\"\r\nabc\r\n0\r\n\r\n"),
        ("several extensions", b"3;a;b=c;d\r\nabc\r\n0;e=f\r\n\r\n"),
        ("a long extension", extension.as_bytes()),
        ("a trailer field", b"3\r\nabc\r\n0\r\nX: y\r\n\r\n"),
        ("two trailer fields", b"3\r\nabc\r\n0\r\nX: y\r\nContent-Length: 7\r\n\r\n"),
        ("a long trailer", trailer.as_bytes()),
    ];
    for method in ["GET", "POST"] {
        let status = if method == "GET" { 200 } else { 405 };
        each(rows.iter().map(|row| (format!("{method}, {}", row.0), row.1)), |body| {
            is_kept(&server, &chunked(method, "/hello.txt", body), status)
        });
    }
    each([("Chunked", "Chunked"), ("CHUNKED", "CHUNKED"), ("a tab", "\tchunked\t")], |coding| {
        let request =
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n\r\n1\r\na\r\n0\r\n\r\n");
        is_kept(&server, request.as_bytes(), 405)
    });
}

#[test]
fn malformed_chunks() {
    let server = Server::start(&[]);
    let extension = format!("3;{}\r\nabc\r\n0\r\n\r\n", "x".repeat(10_000));
    let many = format!("{}0\r\n\r\n", "1;0123456789\r\nx\r\n".repeat(2000));
    let endless = format!("3;{}", "x".repeat(100_000));
    let trailer = format!("3\r\nabc\r\n0\r\nX: {}\r\n\r\n", "y".repeat(10_000));
    let trailers = format!("0\r\n{}\r\n", "X: y\r\n".repeat(3000));
    let digits = format!("{}3\r\nabc\r\n0\r\n\r\n", "0".repeat(5000));
    let rows: &[(&str, &[u8])] = &[
        ("no hex digit", b"x\r\nabc\r\n0\r\n\r\n"),
        ("no size", b"\r\nabc\r\n0\r\n\r\n"),
        ("no size but an extension", b";a=b\r\nabc\r\n0\r\n\r\n"),
        ("a plus", b"+3\r\nabc\r\n0\r\n\r\n"),
        ("a minus", b"-3\r\nabc\r\n0\r\n\r\n"),
        ("0x", b"0x3\r\nabc\r\n0\r\n\r\n"),
        ("an h", b"3h\r\nabc\r\n0\r\n\r\n"),
        ("an underscore", b"0_3\r\nabc\r\n0\r\n\r\n"),
        ("a space before the size", b" 3\r\nabc\r\n0\r\n\r\n"),
        ("a space in the size", b"0 3\r\nabc\r\n0\r\n\r\n"),
        ("a comma", b"3,\r\nabc\r\n0\r\n\r\n"),
        ("a bare line feed behind the size", b"3\nabc\r\n0\r\n\r\n"),
        ("a bare line feed behind the data", b"3\r\nabc\n0\r\n\r\n"),
        ("bare line feeds at the end", b"3\r\nabc\r\n0\n\n"),
        ("a bare line feed at the very end", b"3\r\nabc\r\n0\r\n\n"),
        ("a bare carriage return behind the size", b"3\rabc\r\n0\r\n\r\n"),
        ("a bare carriage return in an extension", b"3;a\rb\r\nabc\r\n0\r\n\r\n"),
        ("a bare line feed in an extension", b"3;a\nabc\r\n0\r\n\r\n"),
        ("NUL in an extension", b"3;a\0b\r\nabc\r\n0\r\n\r\n"),
        ("no line end behind the data", b"3\r\nabc0\r\n\r\n"),
        ("more data than its size", b"3\r\nabcd\r\n0\r\n\r\n"),
        ("less data than its size", b"3\r\nab\r\n0\r\n\r\n"),
        ("a size of 64 bits and one", b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
        ("a size of 2^64 - 1", b"ffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        ("a size without end", digits.as_bytes()),
        ("an extension too long", extension.as_bytes()),
        ("extensions too long together", many.as_bytes()),
        ("an extension without end", endless.as_bytes()),
        ("a trailer too long", trailer.as_bytes()),
        ("a trailer of too many fields", trailers.as_bytes()),
        ("a trailer without colon", b"0\r\nX\r\n\r\n"),
        ("a trailer with a space before its colon", b"0\r\nX : y\r\n\r\n"),
        ("a folded trailer", b"0\r\nX: y\r\n z\r\n\r\n"),
        ("a trailer with a bare line feed", b"0\r\nX: y\n\r\n"),
        ("NUL in a trailer", b"0\r\nX: \0\r\n\r\n"),
    ];
    for method in ["GET", "POST"] {
        each(rows.iter().map(|row| (format!("{method}, {}", row.0), row.1)), |body| {
            is_closed(&server, &chunked(method, "/hello.txt", body), &[400])
        });
    }
}
