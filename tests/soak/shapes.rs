//! The requests, and what answers them.

use svcd_tests::asking::Validators;
use svcd_tests::tree::{Random, pseudo_random};
use svcd_tests::{Response, Server, Tree};

/// A request that may stand anywhere in a connection.
pub struct Shape {
    line: &'static str,
    fields: String,
    body: &'static str,
    pub status: u16,
    /// How often it is chosen, beside the others.
    share: usize,
    /// What the first answer brought.
    content: Vec<u8>,
    /// Its boundary is another one each time.
    is_multipart: bool,
}

/// Line, fields, body, status, share. `{etag}` and `{date}` are those of hello.txt.
type Row = (&'static str, &'static str, &'static str, u16, usize);

const JSON: &str = "Accept: application/json\r\n";
const LENGTH: &str = "Content-Length: 11\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const CHUNKS: &str = "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nA: b\r\n\r\n";

const ROWS: &[Row] = &[
    ("GET /hello.txt", "", "", 200, 30),
    ("GET /hello.txt?query", "User-Agent: soak\r\nAccept: */*\r\n", "", 200, 10),
    ("GET http://svcd.test/hello.txt", "", "", 200, 2),
    ("HEAD /hello.txt", "", "", 200, 10),
    ("HEAD /large.bin", "", "", 200, 2),
    ("GET /", "", "", 200, 10),
    ("GET /empty.txt", "", "", 200, 4),
    ("GET /bytes.bin", "", "", 200, 8),
    ("GET /large.bin", "", "", 200, 2),
    ("GET /coded.txt", "Accept-Encoding: gzip, br;q=0.5\r\n", "", 200, 4),
    ("GET /dir", "", "", 301, 4),
    ("GET /bare/", "", "", 200, 3),
    ("GET /bare/?C=S;O=D", JSON, "", 200, 3),
    ("GET /many/", "", "", 200, 1),
    ("GET /many/?C=M", JSON, "", 200, 1),
    ("HEAD /many/", "", "", 200, 1),
    ("GET /missing", "", "", 404, 6),
    ("HEAD /missing", "", "", 404, 2),
    ("GET /.secret", "", "", 404, 2),
    ("GET /%zz", "", "", 400, 3),
    ("GET /a%2fb", "", "", 400, 2),
    ("POST /hello.txt", LENGTH, "hello world", 405, 4),
    ("POST /hello.txt", CHUNKED, CHUNKS, 405, 4),
    // All write the same, so whoever reads has one answer.
    ("PUT /stored.txt", LENGTH, "hello world", 204, 6),
    ("PUT /dir/stored.txt", CHUNKED, CHUNKS, 204, 4),
    ("GET /stored.txt", "", "", 200, 4),
    ("GET /dir/stored.txt", "", "", 200, 2),
    ("PUT /stored.txt", "Content-Length: 11\r\nIf-None-Match: *\r\n", "hello world", 412, 2),
    ("PUT /stored.txt", "Content-Length: 11\r\nIf-Match: \"x\"\r\n", "hello world", 412, 2),
    ("PUT /missing/new.txt", LENGTH, "hello world", 409, 2),
    ("PUT /dir", LENGTH, "hello world", 409, 2),
    ("PUT /.secret", LENGTH, "hello world", 403, 2),
    ("PUT /stored.txt", "Content-Length: 11\r\nOrigin: http://a.test\r\n", "hello world", 403, 2),
    ("PUT /stored.txt", "Content-Length: 11\r\nContent-Range: bytes 0-10/11\r\n", "hello world", 400, 2),
    ("PUT /stored.txt", "Content-Length: 11\r\nContent-Encoding: gzip\r\n", "hello world", 415, 2),
    ("PUT /stored.txt", "", "", 411, 2),
    ("DELETE /missing", "", "", 404, 2),
    ("DELETE /dir", "", "", 409, 2),
    ("DELETE /hello.txt", "If-Match: \"x\"\r\n", "", 412, 2),
    ("GET /hello.txt", LENGTH, "hello world", 200, 2),
    ("GET /hello.txt", CHUNKED, CHUNKS, 200, 2),
    ("DELETE /.secret", "", "", 403, 1),
    ("MADE-UP /", "", "", 501, 1),
    ("BREW /pot", "", "", 418, 1),
    ("OPTIONS *", "", "", 204, 3),
    ("OPTIONS /hello.txt", "", "", 204, 3),
    ("GET /hello.txt", "If-None-Match: \"x\", {etag}\r\n", "", 304, 8),
    ("GET /hello.txt", "If-Modified-Since: {date}\r\n", "", 304, 4),
    ("GET /hello.txt", "If-Match: {etag}\r\n", "", 200, 2),
    ("GET /hello.txt", "If-Match: W/{etag}\r\n", "", 412, 3),
    ("HEAD /hello.txt", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "", 412, 3),
    ("GET /bytes.bin", "Range: bytes=0-99\r\n", "", 206, 6),
    ("GET /large.bin", "Range: bytes=-40000\r\n", "", 206, 2),
    ("GET /bytes.bin", "Range: bytes=0-9,100-199,-1\r\n", "", 206, 4),
    ("GET /bytes.bin", "Range: bytes=4096-\r\n", "", 416, 4),
    ("GET /cgi-bin/hello", "", "", 200, 2),
    ("HEAD /cgi-bin/hello", "", "", 200, 1),
    ("POST /cgi-bin/echo", LENGTH, "hello world", 200, 1),
    ("POST /cgi-bin/echo", CHUNKED, CHUNKS, 200, 1),
    ("GET /hello.txt", "Range: bytes=1-2\r\nIf-Range: {etag}\r\n", "", 206, 2),
    ("GET /hello.txt", "Range: bytes=1-2\r\nIf-Range: \"x\"\r\n", "", 200, 2),
];

/// What no connection survives, and the status of its answer.
pub const LAST: &[(&[u8], u16)] = &[
    (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\n\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\n\r\n", 505),
    (b"GET /cgi-bin/nothing HTTP/1.1\r\nHost: a\r\n\r\n", 502),
    (b"GET /hello.txt HTTP/1.0\r\n\r\n", 200),
    (b"GET /bare/ HTTP/1.0\r\nHost: a\r\n\r\n", 200),
    (b"HEAD /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200),
    (b"PUT /stored.txt HTTP/1.1\r\nHost: svcd.test\r\nContent-Length: 99999999999\r\n\r\n", 413),
    (b"PUT /stored.txt HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 421),
    (b"PUT /stored.txt HTTP/1.1\r\nHost: svcd.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhellox", 400),
];

/// Programs. Only clients that leave ask for the last two.
const PROGRAMS: &[(&str, &str)] = &[
    ("hello", "printf 'Content-Type: text/plain\\n\\nhello\\n'"),
    ("echo", "printf 'Content-Type: text/plain\\n\\n'; exec cat"),
    ("nothing", "exit 0"),
    ("endless", "printf 'Content-Type: text/plain\\n\\n'; exec yes"),
    ("silent", "exec sleep 1000"),
];

pub fn server() -> Server {
    let tree = Tree::standard();
    tree.file("large.bin", &pseudo_random(100_000));
    tree.file("coded.txt", b"hello, hello, hello\n");
    tree.file("coded.txt.gz", b"stands for its coded form\n");
    tree.folder("own");
    tree.file("stored.txt", b"hello world");
    tree.file("dir/stored.txt", b"hello world");
    for place in 0..100 {
        tree.file(format!("many/file {place} <&>.txt"), b"x");
    }
    for (name, text) in PROGRAMS {
        let name = format!("cgi-bin/{name}");
        tree.file(&name, format!("#!/bin/sh\n{text}\n").as_bytes());
        tree.permit(&name, 0o755);
    }
    let arguments = ["--log", "/dev/null", "--write", "--host", "svcd.test", "--no-sync"];
    Server::with(tree).arguments(&arguments).start()
}

/// All shapes, each with what the server answers now.
pub fn learned(server: &Server) -> Vec<Shape> {
    let known = Validators::of(server, "/hello.txt", &[]).expect("validators");
    let learn = |&(line, fields, body, status, share): &Row| {
        let is_multipart = fields.contains("Range: bytes=0-9,");
        let content = Vec::new();
        let mut shape =
            Shape { line, fields: known.fill(fields), body, status, share, content, is_multipart };
        let answer = server.ask(&shape.request(true)).unwrap_or_else(|why| panic!("{line}: {why}"));
        shape.content.clone_from(&answer.body);
        shape.check(&answer).unwrap_or_else(|why| panic!("{why}"));
        shape
    };
    ROWS.iter().map(learn).collect()
}

/// One of them, by its share.
pub fn choose<'a>(shapes: &'a [Shape], random: &mut Random) -> (usize, &'a Shape) {
    let mut place = random.below(shapes.iter().map(|shape| shape.share).sum());
    for found in shapes.iter().enumerate() {
        if place < found.1.share {
            return found;
        }
        place -= found.1.share;
    }
    unreachable!("a place below the sum");
}

impl Shape {
    pub fn request(&self, is_last: bool) -> Vec<u8> {
        let Shape { line, fields, body, .. } = self;
        let close = if is_last { "Connection: close\r\n" } else { "" };
        format!("{line} HTTP/1.1\r\nHost: svcd.test\r\n{fields}{close}\r\n{body}").into_bytes()
    }

    /// The status that belongs to it, and the content of the first time.
    pub fn check(&self, answer: &Response) -> Result<(), String> {
        let told = |why: String| format!("{} with {:?}: {why}", self.line, self.fields);
        answer.is(self.status).map_err(told)?;
        let (found, expected) = (&answer.body, &self.content);
        if found.len() != expected.len() {
            return Err(told(format!("{} bytes in place of {}", found.len(), expected.len())));
        }
        if !self.is_multipart && found != expected {
            return Err(told("other bytes than before".to_owned()));
        }
        Ok(())
    }

    pub fn name(&self) -> &str {
        self.line.split(' ').next().unwrap_or_default()
    }
}
