//! The requests in what a client has sent, as the library reads them: that it reads
//! them rightly is for other targets to say.

use svcd::http::chunked::Decoder;
use svcd::http::framing::BodyLength;
use svcd::http::{Parsed, request};
use svcd_tests::response::Asked;

/// What is known of an answer before it has come.
pub struct Expected<'a> {
    head: &'a [u8],
    pub asked: Asked,
    /// No request can follow: this is none, or its body has no end.
    pub is_last: bool,
    /// It may ask for `100 Continue`.
    pub may_wait: bool,
    /// A program may answer it, whose fields are not the server's.
    pub may_run: bool,
}

impl Expected<'_> {
    pub fn shown(&self) -> String {
        self.head.escape_ascii().to_string()
    }

    pub fn method(&self) -> &[u8] {
        self.head.trim_ascii_start().split(|byte| *byte == b' ').next().unwrap_or_default()
    }
}

pub fn expected(mut sent: &[u8]) -> Vec<Expected<'_>> {
    let mut all = Vec::new();
    // An empty line may stand before a request, and is none.
    while !b"\r\n".starts_with(sent) {
        let Ok(Parsed::Complete(request, len)) = request::parse(sent) else {
            let head = request::request_line(sent).starts_with(b"HEAD ");
            let asked = Asked { head, ..Asked::anything() };
            all.push(Expected { head: sent, asked, is_last: true, may_wait: false, may_run: false });
            break;
        };
        let (head, rest) = sent.split_at(len);
        let body = body(request.body, rest);
        all.push(Expected {
            head,
            asked: Asked::by(head),
            is_last: body.is_none(),
            may_wait: request.fields.first("Expect").is_some(),
            may_run: may_run(request.target),
        });
        let Some(body) = body else { break };
        sent = &rest[body..];
    }
    all
}

/// How long a body is; None: it is not whole, or malformed.
fn body(length: BodyLength, rest: &[u8]) -> Option<usize> {
    match length {
        BodyLength::None => Some(0),
        BodyLength::Length(length) => usize::try_from(length).ok().filter(|length| *length <= rest.len()),
        BodyLength::Chunked => {
            let mut decoder = Decoder::new();
            let mut consumed = 0;
            while !decoder.is_complete() && consumed < rest.len() {
                consumed += decoder.feed(&rest[consumed..]).ok()?.consumed;
            }
            decoder.is_complete().then_some(consumed)
        }
    }
}

/// The path is not resolved here; any way to spell the folder of programs counts.
fn may_run(target: &[u8]) -> bool {
    let target = target.to_ascii_lowercase();
    target.contains(&b'%') || target.windows(7).any(|part| part == b"cgi-bin")
}
