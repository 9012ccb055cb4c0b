//! Requests put together from lines, and what is asked of many answers.

use crate::clock;
use crate::response::Response;
use crate::server::Server;
use crate::tree::MODIFIED;

/// The dates that templates name: of the standard files, and around them.
const BEFORE: u64 = MODIFIED - 1;
const AFTER: u64 = MODIFIED + 1;

/// Fields that differ between any two answers.
const VARYING: [&str; 3] = ["date", "connection", "keep-alive"];

/// A request of HTTP/1.1 with these field lines; Host is added unless one of
/// them is it.
pub fn asking(method: &str, target: impl AsRef<[u8]>, lines: &[&str]) -> Vec<u8> {
    let mut request = [method.as_bytes(), b" ", target.as_ref(), b" HTTP/1.1\r\n"].concat();
    if !lines.iter().any(|line| line.to_ascii_lowercase().starts_with("host:")) {
        request.extend(b"Host: svcd.test\r\n");
    }
    for line in lines {
        request.extend([line.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"Connection: close\r\n\r\n");
    request
}

/// The validators of one representation, to be put into field lines.
pub struct Validators {
    pub etag: String,
    pub date: String,
}

impl Validators {
    /// What a plain GET with these lines tells.
    pub fn of(server: &Server, target: &str, lines: &[&str]) -> Result<Validators, String> {
        let response = server.ask(&asking("GET", target, lines))?;
        Validators::in_answer(&response).map_err(|why| format!("{target}: {why}"))
    }

    pub fn in_answer(response: &Response) -> Result<Validators, String> {
        let (etag, date) = (response.need("ETag")?, response.need("Last-Modified")?);
        Ok(Validators { etag: etag.to_owned(), date: date.to_owned() })
    }

    /// Puts values in place of `{etag}`, `{date}`, `{before}` and `{after}`, the
    /// last two a second around the date of the standard files.
    pub fn fill(&self, template: &str) -> String {
        let before = clock::imf_fixdate(BEFORE);
        let after = clock::imf_fixdate(AFTER);
        let names = [("{etag}", &self.etag), ("{date}", &self.date)];
        let names = names.into_iter().chain([("{before}", &before), ("{after}", &after)]);
        names.fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// `Ok` if the status is one of `right`.
pub fn status(response: &Response, right: &[u16]) -> Result<(), String> {
    let found = response.status;
    if right.contains(&found) { Ok(()) } else { Err(format!("expected {right:?}, got {found}")) }
}

/// `Ok` if the answer has none of these fields.
pub fn without(response: &Response, names: &[&str]) -> Result<(), String> {
    match names.iter().find(|name| response.field(name).is_some()) {
        Some(name) => Err(format!("{} with {name}: {:?}", response.status, response.field(name))),
        None => Ok(()),
    }
}

/// The fields as a set that two answers can be compared by.
pub fn fields(response: &Response) -> Vec<(String, String)> {
    let mut fields = response.fields.clone();
    fields.iter_mut().for_each(|field| field.0.make_ascii_lowercase());
    fields.retain(|field| !VARYING.contains(&field.0.as_str()));
    fields.sort();
    fields
}

/// Asks with GET and with HEAD; the heads must be the same (RFC 9110 9.3.2).
/// Answers with what GET has brought.
pub fn both(server: &Server, target: impl AsRef<[u8]>, lines: &[&str]) -> Result<Response, String> {
    let get = server.ask(&asking("GET", &target, lines))?;
    let head = server.ask(&asking("HEAD", &target, lines))?;
    if !head.body.is_empty() {
        return Err(format!("HEAD brought {} bytes", head.body.len()));
    }
    let (of_get, of_head) = (fields(&get), fields(&head));
    if (get.status, &of_get) != (head.status, &of_head) {
        return Err(format!("GET {} {of_get:?}, HEAD {} {of_head:?}", get.status, head.status));
    }
    Ok(get)
}
