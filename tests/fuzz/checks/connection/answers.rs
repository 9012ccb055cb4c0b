//! An answer, read strictly; that of a program by what it promises itself.

use svcd_tests::chunked;
use svcd_tests::response::{self, shown};

use super::model::Expected;

pub struct Answer {
    pub status: u16,
    /// 100 Continue: the answer itself follows.
    pub is_interim: bool,
    /// The server says, or shows, that it closes behind it.
    pub is_last: bool,
    /// All of its bytes.
    pub length: usize,
    /// Names of its fields, and the page of a refusal.
    pub kind: Vec<u8>,
}

/// The answer at the start of all bytes that are left.
pub fn take(bytes: &[u8], expected: &Expected) -> Result<Answer, String> {
    if expected.may_run {
        return of_program(bytes, expected);
    }
    let Some(response) = response::take(bytes, expected.asked, true)? else {
        return Err(format!("no answer: {}", shown(bytes)));
    };
    let mut kind: Vec<u8> = response.fields.iter().flat_map(|field| field.0.bytes()).collect();
    if response.status >= 400 {
        kind.extend(&response.body);
    }
    let is_close = !response.is_kept() || (expected.asked.old && response.field("Connection").is_none());
    Ok(Answer {
        status: response.status,
        is_interim: response.is_interim(),
        is_last: is_close,
        length: response.raw.len(),
        kind,
    })
}

/// Its fields are what the program made of them, but how it is framed and whether the
/// connection stays is the server's.
fn of_program(bytes: &[u8], expected: &Expected) -> Result<Answer, String> {
    let mut fields = [httparse::EMPTY_HEADER; 1024];
    let mut head = httparse::Response::new(&mut fields);
    let len = match head.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        other => return Err(format!("{other:?} of {}", shown(bytes))),
    };
    let status = head.code.expect("a status");
    let all = |name: &str| {
        let same = head.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        same.map(|field| field.value).collect::<Vec<_>>()
    };
    for name in ["Server", "Date", "Connection", "Content-Length", "Transfer-Encoding", "Keep-Alive"] {
        if all(name).len() > 1 {
            return Err(format!("{name} twice in {}", shown(bytes)));
        }
    }
    if let Some(fields) = head.headers.iter().find(|field| field.value.iter().any(u8::is_ascii_control)) {
        return Err(format!("a control byte in {}: {}", fields.name, fields.value.escape_ascii()));
    }
    let is_close = all("Connection").iter().any(|value| value.eq_ignore_ascii_case(b"close"));
    let rest = &bytes[len..];
    let (length, coding) = (all("Content-Length"), all("Transfer-Encoding"));
    let has_none = expected.asked.head || status < 200 || status == 204 || status == 304;
    let body = match (&length[..], &coding[..]) {
        _ if has_none => Some(0),
        ([length], []) => {
            let length = std::str::from_utf8(length).ok().and_then(|length| length.parse::<usize>().ok());
            let length = length.ok_or_else(|| format!("a bad length in {}", shown(bytes)))?;
            (length <= rest.len()).then_some(length)
        }
        ([], [coding]) if *coding == b"chunked" && !expected.asked.old => {
            chunked::decode(rest)?.map(|(_, length)| length)
        }
        ([], []) if expected.asked.old && is_close => Some(rest.len()),
        _ => return Err(format!("framed badly: {}", shown(bytes))),
    };
    let kind = head.headers.iter().flat_map(|field| field.name.to_ascii_lowercase().into_bytes());
    Ok(Answer {
        status,
        is_interim: status == 100,
        // What a program, or the client's body, has cut short must be seen to be cut.
        is_last: is_close || body.is_none(),
        length: len + body.unwrap_or(rest.len()),
        kind: kind.take(200).collect(),
    })
}
