//! The head of a program's answer (RFC 3875 6).

use crate::http::field::{self, Fields};
use crate::http::{Refusal, Status};
use crate::limits;
use crate::text::{decimal, find, is_same_word, without_last};

/// How far reading came.
#[derive(Clone, Copy, Debug)]
pub enum Parsed<'a> {
    /// Every line so far is good, and there must be more.
    Partial,
    /// A head, and its length with the empty line.
    Complete(Head<'a>, usize),
}

/// A head that was read without error.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub kind: Kind<'a>,
    /// In bytes.
    pub content_length: Option<u64>,
    pub has_content_type: bool,
    /// All of them; see [`Head::fields`].
    pub lines: Fields<'a>,
}

/// What a program answers with (RFC 3875 6.2). A status is three digits from 200
/// to 599, and a space and a phrase perhaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    Document {
        status: Option<&'a [u8]>,
    },
    /// The path, and query perhaps, of what is to be answered in its place.
    LocalRedirect(&'a [u8]),
    /// With or without a document.
    ClientRedirect {
        location: &'a [u8],
        status: Option<&'a [u8]>,
    },
}

/// What the server says itself, or what is about the connection.
const OWN: &[u8] = b"\
Date
Server
Status";

/// Reads the head at the start of `bytes`. Its lines end in LF or CRLF.
///
/// A status without Content-Type is taken: what has no content needs none, and
/// git-http-backend answers so.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, Refusal> {
    let mut rest = bytes;
    loop {
        let Some(end) = find(rest, b'\n') else {
            return if bytes.len() < limits::CGI_HEAD {
                Ok(Parsed::Partial)
            } else {
                Err(Refusal::ProgramLongHead)
            };
        };
        let (line, next) = rest.split_at_checked(end + 1).unwrap_or_default();
        rest = next;
        let line = line.strip_suffix(b"\n").unwrap_or_default();
        let line = without_last(line, b'\r');
        if line.is_empty() {
            break;
        }
        let colon = find(line, b':').ok_or(Refusal::ProgramLine)?;
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let is_field = !name.is_empty()
            && name.iter().copied().all(field::is_tchar)
            && value.iter().copied().all(field::is_value_byte);
        if !is_field {
            return Err(Refusal::ProgramLine);
        }
    }
    let len = bytes.len() - rest.len();
    if len > limits::CGI_HEAD {
        return Err(Refusal::ProgramLongHead);
    }
    head(Fields::new(bytes.get(..len).unwrap_or_default())).map(|head| Parsed::Complete(head, len))
}

fn head(lines: Fields<'_>) -> Result<Head<'_>, Refusal> {
    let one = |name| {
        let mut values = lines.all(name);
        let value = values.next();
        if values.next().is_some() { Err(Refusal::ProgramRepeated) } else { Ok(value) }
    };
    let (status, location) = (one("Status")?, one("Location")?);
    let has_content_type = one("Content-Type")?.is_some();
    let content_length = match one("Content-Length")? {
        Some(value) => Some(
            decimal::parse(value)
                .filter(|length| *length <= i64::MAX as u64)
                .ok_or(Refusal::ProgramLength)?,
        ),
        None => None,
    };
    if status.is_some_and(|status| !is_status(status)) {
        return Err(Refusal::ProgramStatus);
    }
    let kind = match location {
        Some(b"") => return Err(Refusal::ProgramLocation),
        Some(path) if is_local(path) && lines.iter().count() == 1 => Kind::LocalRedirect(path),
        Some(location) => Kind::ClientRedirect { location, status },
        None if status.is_none() && !has_content_type && content_length != Some(0) => {
            return Err(Refusal::ProgramNothing);
        }
        None => Kind::Document { status },
    };
    Ok(Head { kind, content_length, has_content_type, lines })
}

fn is_status(value: &[u8]) -> bool {
    code(value).is_some_and(|code| (200..600).contains(&code)) && matches!(value.get(3), None | Some(b' '))
}

fn code(value: &[u8]) -> Option<u64> {
    value.get(..3).and_then(decimal::parse)
}

/// Whether it is a path that a request could have.
fn is_local(location: &[u8]) -> bool {
    location.starts_with(b"/") && location.iter().copied().all(field::is_target_byte)
}

impl<'a> Head<'a> {
    /// The status that a client is told, and what stands behind the version in
    /// the status line.
    pub fn status(&self) -> (Status, &'a [u8]) {
        let (given, default) = match self.kind {
            Kind::Document { status } => (status, Status::OK),
            Kind::ClientRedirect { status, .. } => (status, Status::FOUND),
            Kind::LocalRedirect(_) => (None, Status::OK),
        };
        let status = given.and_then(code).map_or(default, |code| Status::of(code as u16));
        // Without a phrase, it gets the usual one if it has one.
        match given {
            Some(line) if line.len() > 3 || status.line().is_empty() => (status, line),
            _ => (status, status.line()),
        }
    }

    /// Name and value of each field that is passed on.
    pub fn fields(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let is_proxy = |name: &[u8]| name.get(..6).is_some_and(|start| is_same_word(start, b"Proxy-"));
        self.lines.iter().filter(move |(name, _)| !field::is_listed(OWN, name) && !is_proxy(name))
    }
}

#[cfg(test)]
mod tests;
