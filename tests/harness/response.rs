//! A strict reader of HTTP/1.1 responses: what a lenient client would let pass
//! is a failure here.

use crate::clock;

#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub reason: String,
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.0.eq_ignore_ascii_case(name)).map(|field| field.1.as_str())
    }

    /// The field's value, or what is missing in words.
    pub fn need(&self, name: &str) -> Result<&str, String> {
        self.field(name).ok_or_else(|| format!("{} without {name}", self.status))
    }

    /// `Ok` if the field has this value.
    pub fn has(&self, name: &str, value: &str) -> Result<(), String> {
        match self.field(name) {
            Some(found) if found == value => Ok(()),
            found => Err(format!("{name}: expected {value:?}, got {found:?}")),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What every answer of this server promises, whatever was asked.
    fn keeps_promises(&self) -> Result<(), String> {
        self.has("Connection", "close")?;
        self.need("Content-Length")?;
        match self.field("Date") {
            Some(date) if clock::is_recent(date, clock::imf_fixdate) => Ok(()),
            Some(date) => Err(format!("Date: {date} is not now as an IMF-fixdate")),
            // RFC 9110 6.6.1 asks for it in 2xx, 3xx and 4xx.
            None if self.status < 500 => Err(format!("{} without Date", self.status)),
            None => Ok(()),
        }
    }
}

/// Reads bytes that must be exactly one response; `to_head` if HEAD was asked.
pub fn only(bytes: &[u8], to_head: bool) -> Result<Response, String> {
    if bytes.is_empty() {
        return Err("closed without an answer".to_owned());
    }
    let (response, rest) = parse(bytes, to_head).map_err(|why| format!("{why} in {}", shown(bytes)))?;
    if !rest.is_empty() {
        return Err(format!("{} bytes follow the response: {}", rest.len(), shown(rest)));
    }
    response.keeps_promises().map_err(|why| format!("{why} in {}", shown(bytes)))?;
    Ok(response)
}

fn parse(bytes: &[u8], to_head: bool) -> Result<(Response, &[u8]), String> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no end of the head")?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| "a head that is not text")?;
    if !head.is_ascii() {
        return Err("a head that is not ASCII".to_owned());
    }
    let mut lines = head.split("\r\n");
    let (status, reason) = status_line(lines.next().unwrap_or_default())?;
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        let field = field_line(line)?;
        if fields.iter().any(|other| other.0.eq_ignore_ascii_case(&field.0)) {
            return Err(format!("{} twice", field.0));
        }
        fields.push(field);
    }
    let mut response = Response { status, reason, fields, body: Vec::new() };
    let after = &bytes[end + 4..];
    if to_head {
        return Ok((response, after));
    }
    let length = content_length(response.need("Content-Length")?)?;
    if after.len() < length {
        return Err(format!("{} of {length} bytes of body", after.len()));
    }
    response.body = after[..length].to_vec();
    Ok((response, &after[length..]))
}

fn status_line(line: &str) -> Result<(u16, String), String> {
    let wrong = || format!("a bad status line {line:?}");
    let rest = line.strip_prefix("HTTP/1.1 ").ok_or_else(wrong)?;
    let (code, reason) = rest.split_once(' ').ok_or_else(wrong)?;
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) || !is_visible(reason) {
        return Err(wrong());
    }
    let status = code.parse().map_err(|_| wrong())?;
    if (100..600).contains(&status) { Ok((status, reason.to_owned())) } else { Err(wrong()) }
}

fn field_line(line: &str) -> Result<(String, String), String> {
    let wrong = || format!("a bad field {line:?}");
    let (name, value) = line.split_once(": ").ok_or_else(wrong)?;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let trimmed = !value.starts_with(' ') && !value.ends_with(' ');
    if name.is_empty() || !name.bytes().all(token) || !is_visible(value) || !trimmed {
        return Err(wrong());
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn content_length(value: &str) -> Result<usize, String> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| value.parse().ok()).flatten();
    number.ok_or_else(|| format!("Content-Length: {value}"))
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn shown(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_responses_fail() {
        let rows: [(&str, &[u8]); 10] = [
            ("nothing", b""),
            ("cut head", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
            ("bare line feeds", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
            ("old version", b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
            ("no reason", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
            ("no length", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
            ("short body", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"),
            ("signed length", b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab"),
            ("twice", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
            ("folded", b"HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\nContent-Length: 0\r\n\r\n"),
        ];
        for (name, bytes) in rows {
            assert!(parse(bytes, false).is_err(), "{name}");
        }
        let good = parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", false);
        assert_eq!(good.map(|(response, rest)| (response.body, rest)), Ok((b"ab".to_vec(), &b"c"[..])));
    }
}
