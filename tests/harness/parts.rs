//! What a 206 brings: one part or several (RFC 9110 15.3.7), read strictly.

use crate::response::Response;

/// A part of a representation: the position of its first byte, and its bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub first: usize,
    pub bytes: Vec<u8>,
}

/// The parts of a 206 of a representation with `length` bytes of this type.
pub fn parts(response: &Response, length: usize, media_type: &str) -> Result<Vec<Part>, String> {
    let kind = response.need("Content-Type")?;
    let Some(boundary) = kind.strip_prefix("multipart/byteranges; boundary=") else {
        response.has("Content-Type", media_type)?;
        let first = position(response.need("Content-Range")?, length, response.body.len())?;
        return Ok(vec![Part { first, bytes: response.body.clone() }]);
    };
    if response.field("Content-Range").is_some() {
        return Err("Content-Range beside several parts".to_owned());
    }
    let boundary = boundary.trim_matches('"');
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte);
    if boundary.is_empty() || boundary.len() > 70 || !boundary.bytes().all(legal) {
        return Err(format!("a bad boundary: {kind}"));
    }
    multipart(&response.body, boundary, length, media_type)
}

fn multipart(body: &[u8], boundary: &str, length: usize, media_type: &str) -> Result<Vec<Part>, String> {
    let dashes = format!("--{boundary}");
    let mut parts = Vec::new();
    // What stands before the first boundary is nobody's; only a line end may.
    let mut rest = body.strip_prefix(b"\r\n").unwrap_or(body);
    loop {
        rest = rest.strip_prefix(dashes.as_bytes()).ok_or("a part without its boundary")?;
        if rest == b"--\r\n" || rest == b"--" {
            return Ok(parts);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or("no line end behind a boundary")?;
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").ok_or("a part without a head")?;
        let head = std::str::from_utf8(&rest[..end]).map_err(|_| "the head of a part is no text")?;
        rest = &rest[end + 4..];
        let field = |name: &str| {
            let found = head.split("\r\n").filter_map(|line| line.split_once(": "));
            found.filter(|line| line.0.eq_ignore_ascii_case(name)).map(|line| line.1).next()
        };
        if field("Content-Type") != Some(media_type) {
            return Err(format!("a part of another type: {head:?}"));
        }
        let range = field("Content-Range").ok_or("a part without Content-Range")?;
        let count = extent(range).ok_or_else(|| format!("Content-Range: {range}"))?;
        let bytes = rest.get(..count).ok_or("a part that is cut")?;
        parts.push(Part { first: position(range, length, count)?, bytes: bytes.to_vec() });
        rest = rest[count..].strip_prefix(b"\r\n").ok_or("no line end behind a part")?;
    }
}

/// How many bytes `bytes FIRST-LAST/LENGTH` promises.
fn extent(range: &str) -> Option<usize> {
    let (first, last) = range.strip_prefix("bytes ")?.split_once('/')?.0.split_once('-')?;
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    Some(last.checked_sub(first)? + 1)
}

/// The first position of a Content-Range that fits to what has come.
fn position(range: &str, length: usize, count: usize) -> Result<usize, String> {
    let first = range.strip_prefix("bytes ").and_then(|range| range.split_once('-'));
    let first: Option<usize> = first.and_then(|(first, _)| first.parse().ok());
    let expected = first.map(|first| format!("bytes {first}-{}/{length}", (first + count).wrapping_sub(1)));
    match first {
        Some(first) if expected.as_deref() == Some(range) => Ok(first),
        _ => Err(format!("Content-Range: {range} for {count} of {length} bytes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "--b\r\nContent-Type: t\r\nContent-Range: bytes 0-1/9\r\n\r\nab\r\n\
        --b\r\nContent-Type: t\r\nContent-Range: bytes 5-5/9\r\n\r\nf\r\n--b--\r\n";

    #[test]
    fn parts_are_taken_apart() {
        let parts = multipart(TWO.as_bytes(), "b", 9, "t").expect("two parts");
        let found: Vec<(usize, &[u8])> = parts.iter().map(|part| (part.first, &*part.bytes)).collect();
        assert_eq!(found, [(0, &b"ab"[..]), (5, &b"f"[..])]);
    }

    #[test]
    fn wrong_ones_are_refused() {
        for (from, to) in
            [("0-1/9", "0-2/9"), ("5-5/9", "5-5/8"), ("--b--", ""), (": t", ": u"), ("f\r\n", "f")]
        {
            assert!(multipart(TWO.replacen(from, to, 1).as_bytes(), "b", 9, "t").is_err(), "{from}");
        }
    }
}
