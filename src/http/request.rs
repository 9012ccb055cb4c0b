//! The head of a request: request line and field section (RFC 9112 3, 5).
//!
//! [`parse`] sees everything that has arrived so far. A head that is not whole
//! yet is [`Parsed::Partial`], never an error; a byte that no valid head can
//! have at its place is an error at once, whatever may follow. Nothing is
//! repaired: what RFC 9112 lets a server accept or refuse is refused, because
//! two readers of one message must not disagree about it.

use super::field::{self, Fields};
use super::framing::{self, BodyLength};
use super::{Method, Refusal, host};
use crate::limits;

/// HTTP-version; a higher minor version is read as 1.1 (RFC 9110 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Http10,
    Http11,
}

/// A head that was read without error.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: Method,
    /// The request-target as it was sent; see [`super::target`].
    pub target: &'a [u8],
    pub version: Version,
    pub fields: Fields<'a>,
    pub body: BodyLength,
}

impl Request<'_> {
    /// Whether bytes of a body follow the head.
    pub fn has_body(&self) -> bool {
        !matches!(self.body, BodyLength::None | BodyLength::Length(0))
    }
}

/// How far reading came.
#[derive(Clone, Copy, Debug)]
pub enum Parsed<'a> {
    /// A request, and the length of its head.
    Complete(Request<'a>, usize),
    /// Every byte so far is good, and there must be more.
    Partial,
}

/// The element of the grammar that a head breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadError {
    Method,
    Target,
    RequestLineTooLong,
    Version,
    VersionMajor,
    BareCr,
    BareLf,
    ObsFold,
    SpaceBeforeColon,
    FieldName,
    FieldValue,
    HostMissing,
    HostRepeated,
    HostInvalid,
    ContentLength,
    ContentLengthRepeated,
    LengthAndCoding,
    CodingOn10,
    CodingUnknown,
    CodingNotLast,
}

impl HeadError {
    pub fn refusal(self) -> Refusal {
        match self {
            HeadError::Method => Refusal::MalformedMethod,
            HeadError::Target => Refusal::MalformedTarget,
            HeadError::RequestLineTooLong => Refusal::LongRequestLine,
            HeadError::Version => Refusal::MalformedVersion,
            HeadError::VersionMajor => Refusal::OtherVersion,
            HeadError::BareCr => Refusal::BareCr,
            HeadError::BareLf => Refusal::BareLf,
            HeadError::ObsFold => Refusal::ObsFold,
            HeadError::SpaceBeforeColon => Refusal::SpaceBeforeColon,
            HeadError::FieldName => Refusal::MalformedFieldName,
            HeadError::FieldValue => Refusal::MalformedFieldValue,
            HeadError::HostMissing => Refusal::NoHost,
            HeadError::HostRepeated => Refusal::HostRepeated,
            HeadError::HostInvalid => Refusal::InvalidHost,
            HeadError::ContentLength => Refusal::MalformedLength,
            HeadError::ContentLengthRepeated => Refusal::LengthRepeated,
            HeadError::LengthAndCoding => Refusal::LengthAndCoding,
            HeadError::CodingOn10 => Refusal::CodingOn10,
            HeadError::CodingUnknown => Refusal::UnknownCoding,
            HeadError::CodingNotLast => Refusal::CodingNotLast,
        }
    }
}

/// Why reading stopped before the end of the head.
enum Stop {
    Partial,
    Error(HeadError),
}

impl From<HeadError> for Stop {
    fn from(error: HeadError) -> Self {
        Stop::Error(error)
    }
}

/// Reads the head at the start of `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, HeadError> {
    match head(bytes) {
        Ok((request, len)) => Ok(Parsed::Complete(request, len)),
        Err(Stop::Partial) => Ok(Parsed::Partial),
        Err(Stop::Error(error)) => Err(error),
    }
}

/// The request line in `bytes`, as far as there is one: for the log.
pub fn request_line(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\r\n").unwrap_or(bytes);
    bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default()
}

fn head(bytes: &[u8]) -> Result<(Request<'_>, usize), Stop> {
    let mut cursor = Cursor(bytes);
    if bytes == b"\r" {
        return Err(Stop::Partial);
    }
    // RFC 9112 2.2: one empty line before the request line is ignored.
    if let Some(rest) = bytes.strip_prefix(b"\r\n") {
        cursor = Cursor(rest);
    }
    let line = cursor;
    let (method, target, version) = request_line_parts(&mut cursor).map_err(|stop| match stop {
        Stop::Partial if line.0.len() > limits::REQUEST_LINE => HeadError::RequestLineTooLong.into(),
        stop => stop,
    })?;
    if line.0.len() - cursor.0.len() > limits::REQUEST_LINE {
        return Err(HeadError::RequestLineTooLong.into());
    }
    let fields = field_section(&mut cursor)?;
    let method = Method::parse(method);
    check_host(version, fields)?;
    let body = framing::body_length(version, fields)?;
    let request = Request { method, target, version, fields, body };
    Ok((request, bytes.len() - cursor.0.len()))
}

/// `method SP request-target SP HTTP-version CRLF`
fn request_line_parts<'a>(cursor: &mut Cursor<'a>) -> Result<(&'a [u8], &'a [u8], Version), Stop> {
    let method = cursor.take_while(field::is_tchar);
    match cursor.next()? {
        b' ' if !method.is_empty() => {}
        _ => return Err(HeadError::Method.into()),
    }
    let target = cursor.take_while(field::is_target_byte);
    match cursor.next()? {
        b' ' if !target.is_empty() => {}
        b'\r' | b'\n' => return Err(HeadError::Version.into()),
        _ => return Err(HeadError::Target.into()),
    }
    let version = http_version(cursor)?;
    cursor.line_end(HeadError::Version)?;
    Ok((method, target, version))
}

/// `"HTTP/" DIGIT "." DIGIT`
fn http_version(cursor: &mut Cursor) -> Result<Version, Stop> {
    for expected in b"HTTP/" {
        if cursor.next()? != *expected {
            return Err(HeadError::Version.into());
        }
    }
    let (major, dot, minor) = (cursor.next()?, cursor.next()?, cursor.next()?);
    if !major.is_ascii_digit() || dot != b'.' || !minor.is_ascii_digit() {
        return Err(HeadError::Version.into());
    }
    match (major, minor) {
        (b'1', b'0') => Ok(Version::Http10),
        (b'1', _) => Ok(Version::Http11),
        _ => Err(HeadError::VersionMajor.into()),
    }
}

/// `*( field-line CRLF ) CRLF`
fn field_section<'a>(cursor: &mut Cursor<'a>) -> Result<Fields<'a>, Stop> {
    let section = cursor.0;
    let mut marks = 0;
    loop {
        let len = section.len() - cursor.0.len();
        match cursor.peek()? {
            b'\r' => {
                cursor.line_end(HeadError::BareCr)?;
                return Ok(Fields::marked(section.get(..len).unwrap_or_default(), marks));
            }
            b'\n' => return Err(HeadError::BareLf.into()),
            b' ' | b'\t' => return Err(HeadError::ObsFold.into()),
            _ => marks |= field_line(cursor)?,
        }
    }
}

/// `field-name ":" OWS field-value OWS CRLF`; the mark of its name.
fn field_line(cursor: &mut Cursor) -> Result<u64, Stop> {
    let name = cursor.take_while(field::is_tchar);
    match cursor.next()? {
        b':' if !name.is_empty() => {}
        b' ' | b'\t' => return Err(HeadError::SpaceBeforeColon.into()),
        _ => return Err(HeadError::FieldName.into()),
    }
    cursor.take_while(field::is_value_byte);
    cursor.line_end(HeadError::FieldValue)?;
    Ok(field::mark(name))
}

/// RFC 9112 3.2: exactly one Host field, and a valid one; HTTP/1.0 may have none.
fn check_host(version: Version, fields: Fields) -> Result<(), HeadError> {
    let mut hosts = fields.all("Host");
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::Http10 => Ok(()),
        (None, _) => Err(HeadError::HostMissing),
        (Some(_), Some(_)) => Err(HeadError::HostRepeated),
        (Some(value), None) if !host::is_valid(value) => Err(HeadError::HostInvalid),
        (Some(_), None) => Ok(()),
    }
}

/// What is still unread.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn peek(&self) -> Result<u8, Stop> {
        self.0.first().copied().ok_or(Stop::Partial)
    }

    fn next(&mut self) -> Result<u8, Stop> {
        let (first, rest) = self.0.split_first().ok_or(Stop::Partial)?;
        self.0 = rest;
        Ok(*first)
    }

    fn take_while(&mut self, class: fn(u8) -> bool) -> &'a [u8] {
        let len = self.0.iter().position(|byte| !class(*byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(len).unwrap_or_default();
        self.0 = rest;
        taken
    }

    /// CRLF; another byte in place of the CR breaks `element`.
    fn line_end(&mut self, element: HeadError) -> Result<(), Stop> {
        match self.next()? {
            b'\r' => match self.next()? {
                b'\n' => Ok(()),
                _ => Err(HeadError::BareCr.into()),
            },
            b'\n' => Err(HeadError::BareLf.into()),
            _ => Err(element.into()),
        }
    }
}

#[cfg(test)]
mod tests;
