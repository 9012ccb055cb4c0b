//! The head of a response (RFC 9112 4) and the page of a refusal.

use super::{Persistence, Status, date, field};
use crate::text::{Buffer, decimal, html, split_once};

/// Appends the status line and the fields that every response of this server
/// has. `now` is in seconds since 1970.
pub fn begin(buffer: &mut Buffer, status: Status, persistence: Persistence, now: u64) {
    begin_with_line(buffer, status.line(), persistence, now);
}

/// The same with the code and the phrase of a program, `404 Not Here`; the
/// phrase may be missing, but not the space before it (RFC 9112 4).
pub fn begin_with_line(buffer: &mut Buffer, line: &[u8], persistence: Persistence, now: u64) {
    buffer.push(b"HTTP/1.1 ");
    buffer.push(line);
    if line.len() == 3 {
        buffer.push(b" ");
    }
    buffer.push(b"\r\nDate: ");
    date::push_imf_fixdate(buffer, now);
    buffer.push(b"\r\nServer: svcd\r\n");
    // RFC 9112 9.3: in HTTP/1.1 a connection persists when nothing is said.
    buffer.push(match persistence {
        Persistence::Close => b"Connection: close\r\n",
        Persistence::Asked => b"Connection: keep-alive\r\n",
        Persistence::Default => b"",
    });
}

/// Appends one field line. `value` is the server's own text; bytes of a client
/// never get here unencoded.
pub fn push_field(buffer: &mut Buffer, name: &str, value: &[u8]) {
    buffer.push(name.as_bytes());
    buffer.push(b": ");
    buffer.push(value);
    push_end(buffer);
}

/// Appends a field line of the command line, where the space behind the colon
/// may be missing.
pub fn push_line(buffer: &mut Buffer, line: &[u8]) {
    let (name, value) = split_once(line, b':').unwrap_or((line, b""));
    buffer.push(name);
    buffer.push(b": ");
    buffer.push(field::trim(value));
    push_end(buffer);
}

pub fn push_length(buffer: &mut Buffer, length: u64) {
    buffer.push(b"Content-Length: ");
    decimal::push(buffer, length);
    push_end(buffer);
}

pub fn push_last_modified(buffer: &mut Buffer, seconds: u64) {
    buffer.push(b"Last-Modified: ");
    date::push_imf_fixdate(buffer, seconds);
    push_end(buffer);
}

/// The empty line behind the fields, or the end of one of them.
pub fn push_end(buffer: &mut Buffer) {
    buffer.push(b"\r\n");
}

/// A small page that says what happened and which rule it was.
pub fn push_page(page: &mut Buffer, status: Status, reason: &[u8]) {
    page.push(b"<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">");
    page.push(b"<meta name=\"viewport\" content=\"width=device-width\"><title>");
    page.push(status.line());
    page.push(b"</title><style>:root{color-scheme:light dark}body{font:1.1em/1.5 system-ui;max-width:36em;margin:15vh auto;padding:0 1em}</style>\n<h1>");
    page.push(status.line());
    page.push(b"</h1>\n<p>");
    html::push_escaped(page, reason);
    page.push(b"</p>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_lines_that_end_in_crlf() {
        let mut room = [0; 512];
        let mut buffer = Buffer::new(&mut room);
        begin(&mut buffer, Status::NOT_FOUND, Persistence::Close, 784_111_777);
        push_field(&mut buffer, "Content-Type", b"text/html");
        push_length(&mut buffer, 7);
        push_last_modified(&mut buffer, 0);
        push_end(&mut buffer);
        let expected = "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
            Server: svcd\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 7\r\n\
            Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(buffer.bytes()), expected);
        assert!(!buffer.overflowed());
    }

    #[test]
    fn the_page_names_the_rule() {
        let mut room = [0; 1024];
        let mut page = Buffer::new(&mut room);
        push_page(&mut page, Status::BAD_REQUEST, b"a < b");
        let text = String::from_utf8(page.bytes().to_vec()).unwrap();
        assert!(text.contains("<title>400 Bad Request</title>"), "{text}");
        assert!(text.contains("<p>a &lt; b</p>"), "{text}");
    }
}
