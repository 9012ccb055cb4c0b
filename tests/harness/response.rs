//! A strict reader of HTTP/1.1 responses: what a lenient client would let pass
//! is a failure here. It takes one response after the other from what a
//! connection has received.

use crate::chunked;
use crate::clock;

#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub reason: String,
    pub fields: Vec<(String, String)>,
    /// The content, without its transfer coding.
    pub body: Vec<u8>,
    /// All of it as it came.
    pub raw: Vec<u8>,
}

/// What a request says about its answer: how that may be framed, and whether
/// the connection stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    pub head: bool,
    /// HTTP/1.0.
    pub old: bool,
    /// `Connection: close`
    pub close: bool,
    /// `Connection: keep-alive`
    pub keep_alive: bool,
    /// What was sent is no request whose wishes could be judged.
    pub unknown: bool,
}

impl Asked {
    /// By the request at the start of these bytes.
    pub fn by(request: &[u8]) -> Asked {
        let request = request.strip_prefix(b"\r\n").unwrap_or(request);
        let mut lines = request.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end());
        let line = lines.next().unwrap_or_default();
        let mut asked = Asked {
            head: line.starts_with(b"HEAD "),
            old: line.ends_with(b" HTTP/1.0"),
            unknown: !line.windows(8).any(|part| part == b" HTTP/1."),
            ..Asked::default()
        };
        for line in lines.take_while(|line| !line.is_empty()) {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            if line[..colon].eq_ignore_ascii_case(b"Connection") {
                for option in line[colon + 1..].split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    asked.close |= option.eq_ignore_ascii_case(b"close");
                    asked.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            }
        }
        asked
    }

    /// For bytes that were changed at random.
    pub fn anything() -> Asked {
        Asked { unknown: true, ..Asked::default() }
    }
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

    /// `Ok` if the answer has this status.
    pub fn is(&self, status: u16) -> Result<(), String> {
        if self.status == status { Ok(()) } else { Err(format!("expected {status}, got {}", self.status)) }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// 100 and its like: another response follows.
    pub fn is_interim(&self) -> bool {
        self.status < 200
    }

    /// Whether the connection stays, by what the answer says.
    pub fn is_kept(&self) -> bool {
        self.field("Connection") != Some("close")
    }

    /// As it came, but with the same date as all others.
    pub fn undated(&self) -> Vec<u8> {
        let date = self.field("Date").map(|date| format!("\r\nDate: {date}\r\n"));
        let place = date.and_then(|date| {
            let at = self.raw.windows(date.len()).position(|part| part == date.as_bytes())?;
            Some(at..at + date.len())
        });
        let mut bytes = self.raw.clone();
        if let Some(place) = place {
            bytes.splice(place, *b"\r\nDate: .\r\n");
        }
        bytes
    }

    /// What every answer of this server promises, whatever was asked.
    fn keeps_promises(&self, asked: Asked) -> Result<(), String> {
        if self.is_interim() {
            return if self.fields.is_empty() {
                Ok(())
            } else {
                Err("an interim response with fields".into())
            };
        }
        self.has("Server", "svcd")?;
        match self.field("Date") {
            Some(date) if clock::is_recent(date, clock::imf_fixdate) => {}
            Some(date) => return Err(format!("Date: {date} is not now as an IMF-fixdate")),
            None => return Err(format!("{} without Date", self.status)),
        }
        // After these, nobody knows where the next request would begin.
        let must_close = matches!(self.status, 408 | 431 | 505);
        match self.field("Connection") {
            Some("close") => Ok(()),
            None if must_close => Err(format!("{} keeps the connection", self.status)),
            None if asked.unknown || !(asked.old || asked.close) => Ok(()),
            None => Err("no Connection field for a client that expects the end".to_owned()),
            Some("keep-alive") if asked.unknown => Ok(()),
            Some("keep-alive") if asked.old && asked.keep_alive && !asked.close => Ok(()),
            Some(value) => Err(format!("Connection: {value}")),
        }
    }
}

/// Reads bytes that must be exactly one response; `to_head` if HEAD was asked.
pub fn only(bytes: &[u8], to_head: bool) -> Result<Response, String> {
    if bytes.is_empty() {
        return Err("closed without an answer".to_owned());
    }
    let response = match take(bytes, Asked { head: to_head, ..Asked::default() }, true)? {
        Some(response) => response,
        None => return Err(format!("cut: {}", shown(bytes))),
    };
    match bytes.len() - response.raw.len() {
        0 => Ok(response),
        more => Err(format!("{more} bytes follow the response: {}", shown(&bytes[response.raw.len()..]))),
    }
}

/// The response at the start of these bytes, which keeps what all promise. None: more
/// of it must come. `ended`: nothing more will.
pub fn take(bytes: &[u8], asked: Asked, ended: bool) -> Result<Option<Response>, String> {
    let told = |why: String| format!("{why} in {}", shown(bytes));
    let taken = framed(bytes, asked, ended).map_err(told)?;
    if let Some(response) = &taken {
        response.keeps_promises(asked).map_err(told)?;
    }
    Ok(taken)
}

fn framed(bytes: &[u8], asked: Asked, ended: bool) -> Result<Option<Response>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if ended { Err("no end of the head".to_owned()) } else { Ok(None) };
    };
    let mut response = head(&bytes[..end])?;
    let content = &bytes[end + 4..];
    let taken = match framing(&response, asked)? {
        Framing::None => Some(0),
        Framing::Length(length) if content.len() < length => None,
        Framing::Length(length) => {
            response.body = content[..length].to_vec();
            Some(length)
        }
        Framing::Chunked => chunked::decode(content)?.map(|(body, length)| {
            response.body = body;
            length
        }),
        Framing::UntilClose if ended => {
            response.body = content.to_vec();
            Some(content.len())
        }
        Framing::UntilClose => None,
    };
    match taken {
        Some(length) => {
            response.raw = bytes[..end + 4 + length].to_vec();
            Ok(Some(response))
        }
        None if ended => Err(format!("closed after {} bytes of the body", content.len())),
        None => Ok(None),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilClose,
}

/// RFC 9112 6.3, and what this server promises beyond it.
fn framing(response: &Response, asked: Asked) -> Result<Framing, String> {
    let length = response.field("Content-Length").map(content_length).transpose()?;
    let coding = response.field("Transfer-Encoding");
    if let Some(coding) = coding
        && (coding != "chunked" || length.is_some() || asked.old)
    {
        return Err(format!("Transfer-Encoding: {coding} with {length:?} bytes, old: {}", asked.old));
    }
    if response.is_interim() || matches!(response.status, 204 | 304) {
        return match (coding, length) {
            (None, None) => Ok(Framing::None),
            _ => Err(format!("{} says how long its body is", response.status)),
        };
    }
    match (coding, length) {
        _ if asked.head => Ok(Framing::None),
        (Some(_), _) => Ok(Framing::Chunked),
        (None, Some(length)) => Ok(Framing::Length(length)),
        (None, None) if asked.old && !response.is_kept() => Ok(Framing::UntilClose),
        (None, None) => Err(format!("{} without Content-Length", response.status)),
    }
}

fn head(bytes: &[u8]) -> Result<Response, String> {
    let head = std::str::from_utf8(bytes).map_err(|_| "a head that is not text")?;
    if !head.is_ascii() {
        return Err("a head that is not ASCII".to_owned());
    }
    let mut lines = head.split("\r\n");
    let (status, reason) = status_line(lines.next().unwrap_or_default())?;
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        let field = field_line(line)?;
        // RFC 6265 3: cookies are the one field that is no list.
        let may_repeat = field.0.eq_ignore_ascii_case("Set-Cookie");
        if !may_repeat && fields.iter().any(|other| other.0.eq_ignore_ascii_case(&field.0)) {
            return Err(format!("{} twice", field.0));
        }
        fields.push(field);
    }
    Ok(Response { status, reason, fields, body: Vec::new(), raw: Vec::new() })
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

/// The beginning of it, for a message.
pub fn shown(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)]))
}

#[cfg(test)]
mod tests;
