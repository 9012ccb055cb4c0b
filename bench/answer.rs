//! Whether a server answers right, before it is asked how fast. The strict reader
//! of the tests is for svcd; this one takes what any server may write.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use svcd_tests::chunked;

/// What every server must answer with.
pub enum Wanted {
    /// 200 with this content.
    Content(Vec<u8>),
    /// 200 with content of its own that has each of these words.
    Words(Vec<String>),
    /// 304, to who has its validator.
    NotModified,
}

/// How a server can be asked.
pub struct Way {
    /// Its connections stay.
    pub kept: bool,
    /// With this field line, if any.
    pub field: Option<String>,
}

/// Asks twice, over one connection if it is kept. Err if an answer is not what is wanted.
pub fn check(address: SocketAddr, target: &str, wanted: &Wanted) -> Result<Way, String> {
    let field = match wanted {
        Wanted::NotModified => Some(validator(address, target)?),
        _ => None,
    };
    let request = request(target, field.as_deref());
    let mut stream = connect(address).map_err(|error| format!("connect: {error}"))?;
    let first = answer(&mut stream, &request)?;
    first.is(wanted)?;
    if first.kept
        && let Ok(second) = answer(&mut stream, &request)
    {
        return second.is(wanted).map(|()| Way { kept: true, field });
    }
    let mut stream = connect(address).map_err(|error| format!("connect again: {error}"))?;
    answer(&mut stream, &request)?.is(wanted).map(|()| Way { kept: false, field })
}

/// A request with at most one field line more than it needs.
pub fn request(target: &str, field: Option<&str>) -> Vec<u8> {
    let field = field.map(|field| format!("{field}\r\n")).unwrap_or_default();
    format!("GET {target} HTTP/1.1\r\nHost: svcd.test\r\n{field}\r\n").into_bytes()
}

/// The condition that the present answer of a server does not meet: by its entity-tag,
/// or by its date if it has none.
fn validator(address: SocketAddr, target: &str) -> Result<String, String> {
    let mut stream = connect(address).map_err(|error| format!("connect: {error}"))?;
    let answer = answer(&mut stream, &request(target, None))?;
    let of = |name, condition| field(&answer.head, name).map(|value| format!("{condition}: {value}"));
    of("ETag", "If-None-Match")
        .or_else(|| of("Last-Modified", "If-Modified-Since"))
        .ok_or_else(|| "no validator".to_owned())
}

struct Answer {
    head: String,
    status: String,
    content: Vec<u8>,
    /// The server has not said, by what it wrote, that it closes.
    kept: bool,
}

impl Answer {
    fn is(&self, wanted: &Wanted) -> Result<(), String> {
        let Answer { status, content, .. } = self;
        let (expected, right) = match wanted {
            Wanted::Content(bytes) => ("200", content == bytes),
            Wanted::Words(words) => {
                let text = String::from_utf8_lossy(content);
                ("200", words.iter().all(|word| text.contains(word)))
            }
            Wanted::NotModified => ("304", content.is_empty()),
        };
        if status == expected && right {
            return Ok(());
        }
        Err(format!(
            "expected {expected} and other content, got {status} with {}: {:?}",
            content.len(),
            String::from_utf8_lossy(&content[..content.len().min(200)])
        ))
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(stream)
}

/// Sends a request and reads to the end of its answer.
fn answer(stream: &mut TcpStream, request: &[u8]) -> Result<Answer, String> {
    stream.write_all(request).map_err(|error| format!("send: {error}"))?;
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 16 * 1024];
        let count = stream.read(&mut piece).map_err(|error| format!("receive: {error}"))?;
        bytes.extend_from_slice(&piece[..count]);
        if let Some(answer) = whole(&bytes, count == 0)? {
            return Ok(answer);
        }
        if count == 0 {
            return Err(format!("closed after {} bytes: {:?}", bytes.len(), String::from_utf8_lossy(&bytes)));
        }
    }
}

/// The answer that these bytes are. None: more of it must come; `ended`: nothing more will.
fn whole(bytes: &[u8], ended: bool) -> Result<Option<Answer>, String> {
    // Some hand on the line ends of a program.
    let end = |mark: &[u8]| bytes.windows(mark.len()).position(|part| part == mark).map(|at| at + mark.len());
    let Some(end) = [end(b"\r\n\r\n"), end(b"\n\n")].into_iter().flatten().min() else { return Ok(None) };
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let length = field(&head, "Content-Length")
        .map(|text| text.parse::<usize>().map_err(|_| format!("length {text}")));
    let (content, framed) = match (field(&head, "Transfer-Encoding"), length.transpose()?) {
        // RFC 9112 6.3: it ends with its head, whatever that says.
        _ if status == "304" => (Some(Vec::new()), true),
        (Some(_), _) => (chunked::decode(rest)?.map(|(content, _)| content), true),
        (None, Some(length)) => ((rest.len() >= length).then(|| rest[..length].to_vec()), true),
        (None, None) => (ended.then(|| rest.to_vec()), false),
    };
    let closes = field(&head, "Connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    let kept = framed && head.starts_with("HTTP/1.1 ") && !closes;
    Ok(content.map(|content| Answer { head, status, content, kept }))
}

/// The value of a field in a head.
pub fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.find(|field| field.0.eq_ignore_ascii_case(name)).map(|field| field.1.trim())
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn every_framing_is_read_to_its_end() {
        /// What came, and whether that was all; content, and whether the connection stays.
        type Case = (&'static str, bool, Option<(&'static str, bool)>);
        let rows: [Case; 10] = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", false, Some(("ab", true))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", false, None),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
                false,
                Some(("ab", true)),
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", false, None),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", false, Some(("", true))),
            ("HTTP/1.1 304 Not Modified\r\nconnection: Close\r\n\r\n", false, Some(("", false))),
            ("HTTP/1.1 200 OK\r\n\r\nab", false, None),
            ("HTTP/1.1 200 OK\r\n\r\nab", true, Some(("ab", false))),
            ("HTTP/1.0 200 OK\r\nContent-Type: text/plain\n\nab\r\n\r\n", true, Some(("ab\r\n\r\n", false))),
            ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", false, Some(("ab", false))),
        ];
        for (bytes, ended, expected) in rows {
            let got = whole(bytes.as_bytes(), ended).unwrap();
            let got = got.map(|answer| (String::from_utf8(answer.content).unwrap(), answer.kept));
            let got = got.as_ref().map(|(content, kept)| (content.as_str(), *kept));
            assert_eq!(got, expected, "{bytes:?}");
        }
    }
}
