//! Whether a server answers right, before it is asked how fast. The strict reader
//! of the tests is for svcd; this one takes what any server may write.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use svcd_tests::chunked;

/// Asks twice, over one connection if it is kept, and tells if it was. Err if an
/// answer has not status 200 or not this content.
pub fn check(address: SocketAddr, target: &str, content: &[u8]) -> Result<bool, String> {
    let request = format!("GET {target} HTTP/1.1\r\nHost: svcd.test\r\n\r\n");
    let mut stream = connect(address).map_err(|error| format!("connect: {error}"))?;
    let first = answer(&mut stream, request.as_bytes())?;
    first.is(content)?;
    if first.kept
        && let Ok(second) = answer(&mut stream, request.as_bytes())
    {
        return second.is(content).map(|()| true);
    }
    let mut stream = connect(address).map_err(|error| format!("connect again: {error}"))?;
    answer(&mut stream, request.as_bytes())?.is(content).map(|()| false)
}

struct Answer {
    status: String,
    content: Vec<u8>,
    /// The server has not said, by what it wrote, that it closes.
    kept: bool,
}

impl Answer {
    fn is(&self, content: &[u8]) -> Result<(), String> {
        let Answer { status, content: got, .. } = self;
        if status != "200" || got != content {
            return Err(format!(
                "expected 200 with {} bytes, got {status} with {}: {:?}",
                content.len(),
                got.len(),
                String::from_utf8_lossy(&got[..got.len().min(200)])
            ));
        }
        Ok(())
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
    let head = String::from_utf8_lossy(head);
    let field = |name: &str| {
        let fields = head.lines().filter_map(|line| line.split_once(':'));
        let value =
            fields.filter(|field| field.0.eq_ignore_ascii_case(name)).map(|field| field.1.trim()).next();
        value.map(str::to_ascii_lowercase)
    };
    let length =
        field("Content-Length").map(|text| text.parse::<usize>().map_err(|_| format!("length {text}")));
    let (content, framed) = match (field("Transfer-Encoding"), length.transpose()?) {
        (Some(_), _) => (chunked::decode(rest)?.map(|(content, _)| content), true),
        (None, Some(length)) => ((rest.len() >= length).then(|| rest[..length].to_vec()), true),
        (None, None) => (ended.then(|| rest.to_vec()), false),
    };
    let kept = framed && head.starts_with("HTTP/1.1 ") && field("Connection").as_deref() != Some("close");
    let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok(content.map(|content| Answer { status, content, kept }))
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn every_framing_is_read_to_its_end() {
        /// What came, and whether that was all; content, and whether the connection stays.
        type Case = (&'static str, bool, Option<(&'static str, bool)>);
        let rows: [Case; 8] = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", false, Some(("ab", true))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", false, None),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
                false,
                Some(("ab", true)),
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", false, None),
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
