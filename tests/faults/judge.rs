//! What a client may be told when a call has failed.

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::fs;
use std::ops::AddAssign;

use svcd_tests::parts::parts;
use svcd_tests::versions::identify;
use svcd_tests::{Response, Server};

use crate::client::Heard;
use crate::smoke::{self, Also, LARGE, LARGE_TYPE, Smoke, Step};

/// Answers as they are when nothing fails, by the name of their requests.
pub type Learned = Vec<(&'static str, Vec<Heard>)>;

/// How often clients were told what.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub right: usize,
    pub refused: usize,
    pub cut: usize,
    pub nothing: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.right += other.right;
        self.refused += other.refused;
        self.cut += other.cut;
        self.nothing += other.nothing;
    }
}

impl Display for Tally {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        let Tally { right, refused, cut, nothing } = self;
        write!(to, "{right} answers right, {refused} refused, {cut} seen to be cut, {nothing} none")
    }
}

/// A call that fails, and how.
#[derive(Debug, Clone, Copy)]
pub struct Fault<'a> {
    pub call: &'a str,
    pub error: &'a str,
}

/// The statuses below 500 that an error may have, each with those errors: 403 for
/// what may not be done, 404 for what is not there. A client believes them.
const MEANINGS: &[(u16, &str)] = &[
    (400, "EINVAL EILSEQ"),
    (403, "EACCES EPERM ELOOP EXDEV ENXIO EOPNOTSUPP EROFS"),
    (404, "ENOENT ENOTDIR ENAMETOOLONG EILSEQ"),
    (408, "EAGAIN"),
    (409, "ENOENT ENOTDIR ELOOP EXDEV EBUSY EEXIST EISDIR"),
    (413, "EFBIG"),
    (414, "ENAMETOOLONG"),
];

/// Whether an error may be told in this way.
pub fn is_true(Fault { call, error }: Fault, status: u16) -> bool {
    let named = MEANINGS.iter().filter(|row| row.0 == status);
    match (call, status) {
        (_, 500..600) => true,
        // The connection is broken, so that the rest of the request does not come.
        ("recvfrom", 400) => true,
        // Only strace(1) lets one lock of a folder fail and the next one not.
        ("flock", 409) => true,
        _ => named.flat_map(|row| row.1.split_whitespace()).any(|word| word == error),
    }
}

/// Calls that are about the connection or the process: when they fail, there may
/// be nobody to answer, or nobody to be answered.
const OF_CONNECTIONS: &str = "accept accept4 clone close fork fcntl kevent poll ppoll recvfrom sendfile sendto \
    setsockopt shutdown";

pub fn is_of_connection(call: &str) -> bool {
    OF_CONNECTIONS.split(' ').any(|of| of == call)
}

/// Compares what clients were told with what was done.
pub fn judge(
    smoke: &Smoke,
    heard: &[Heard],
    learned: &Learned,
    server: &Server,
    fault: Fault,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    // What is interrupted is done again. Setting a flag cannot be: fcntl(2).
    let is_again = fault.error == "EINTR" && fault.call != "fcntl";
    let may_be_silent = is_of_connection(fault.call) || smoke.also == Also::Reset;
    for (place, heard) in heard.iter().enumerate() {
        let answer = match heard {
            Heard::Cut if !is_again => {
                tally.cut += 1;
                continue;
            }
            Heard::Nothing if may_be_silent => {
                tally.nothing += 1;
                continue;
            }
            Heard::Cut | Heard::Nothing => return Err(format!("{heard:?}")),
            Heard::Whole(answer) => answer,
        };
        match is_right(answer, smoke, place, learned, fault) {
            Ok(()) if is_unlimited(smoke, fault) => return Err("it ran without its limits".to_owned()),
            Ok(()) => tally.right += 1,
            Err(_) if !is_again && is_true(fault, answer.status) => tally.refused += 1,
            Err(why) => return Err(format!("{} {}: {why}", answer.status, answer.text())),
        }
    }
    effect(smoke, heard, server).map(|()| tally)
}

/// Whether a program was to run whose limits could not be set.
fn is_unlimited(smoke: &Smoke, fault: Fault) -> bool {
    let is_program =
        |step: &Step| matches!(step, Step::Send(bytes) if bytes.windows(9).any(|part| part == b"/cgi-bin/"));
    matches!(fault.call, "prlimit64" | "setrlimit") && smoke.steps.iter().any(is_program)
}

/// `Ok` if an answer says what is so, though a call has failed.
fn is_right(
    answer: &Response,
    smoke: &Smoke,
    place: usize,
    learned: &Learned,
    fault: Fault,
) -> Result<(), String> {
    let is_same = |name: &str| match of(learned, name).get(place) {
        Some(Heard::Whole(right)) => same(answer, right),
        _ => Err("no right answer is known".to_owned()),
    };
    let has_lines_of = |name: &str| match of(learned, name).get(place) {
        Some(Heard::Whole(right)) => lines(right).is_superset(&lines(answer)),
        _ => false,
    };
    let right = is_same(smoke.name);
    let is_also_right = match smoke.also {
        Also::Another(name) => is_same(name).is_ok(),
        Also::List => is_true(fault, 404) && answer.text().contains("Index of"),
        Also::Shorter | Also::Reset
            if matches!(fault.call, "newfstatat" | "fstatat64") && fault.error != "ENOMEM" =>
        {
            answer.status == 200 && has_lines_of(smoke.name)
        }
        // It was told that nobody reads, which is not so.
        Also::Input => fault.call == "write" && fault.error == "EPIPE" && answer.status == 200,
        _ => false,
    };
    if is_also_right { Ok(()) } else { right }
}

/// Lines of a list, but for the one that counts them and the comma of the last one.
fn lines(answer: &Response) -> BTreeSet<String> {
    let text = answer.text();
    let lines = text.lines().filter(|line| !line.starts_with("<p>"));
    lines.map(|line| line.trim_end_matches(',').to_owned()).collect()
}

fn of<'a>(learned: &'a Learned, name: &str) -> &'a [Heard] {
    learned.iter().find(|row| row.0 == name).map_or(&[], |row| row.1.as_slice())
}

/// Fields that are a part of what is said.
const SAID: &[&str] = &["Content-Type", "Content-Encoding", "Content-Range", "Location", "WWW-Authenticate"];

/// `Ok` if an answer says what the right one says. Pages of refusals may be others.
fn same(answer: &Response, right: &Response) -> Result<(), String> {
    answer.is(right.status)?;
    if answer.status >= 400 {
        return Ok(());
    }
    let is_multipart = |kind: &str| kind.starts_with("multipart/");
    if right.field("Content-Type").is_some_and(is_multipart) {
        let parts = |of| parts(of, LARGE, LARGE_TYPE);
        return if parts(answer)? == parts(right)? { Ok(()) } else { Err("other parts".to_owned()) };
    }
    if let Some(name) = SAID.iter().find(|name| answer.field(name) != right.field(name)) {
        return Err(format!("{name}: {:?}, not {:?}", answer.field(name), right.field(name)));
    }
    let (found, expected) = (answer.body.len(), right.body.len());
    if answer.body == right.body { Ok(()) } else { Err(format!("a body of {found} bytes, not {expected}")) }
}

/// `Ok` if what is there is what the client was told.
fn effect(smoke: &Smoke, heard: &[Heard], server: &Server) -> Result<(), String> {
    let answer = match heard.last() {
        Some(Heard::Whole(answer)) => Some(answer),
        _ => None,
    };
    let is_done = answer.map(|answer| match answer.status {
        200..300 => true,
        500 => answer.text().contains("but"),
        _ => false,
    });
    if let Some((name, before, after)) = smoke.change {
        let bytes = fs::read(server.tree.path(name)).ok();
        let found = bytes.map(|bytes| identify(&bytes)).transpose()?;
        let expected: &[_] = match is_done {
            Some(true) => &[after],
            Some(false) => &[before],
            None => &[before, after],
        };
        if !expected.contains(&found) {
            return Err(format!("{:?}: {name} is {found:?}", answer.map(|answer| answer.status)));
        }
    }
    if smoke.is_counted {
        let count = smoke::count(server);
        if count > 1 || (count == 0 && is_done == Some(true)) {
            return Err(format!("{:?}, and it ran {count} times", answer.map(|answer| answer.status)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_is_no_missing_file() {
        for (error, status, expected) in [
            ("EMFILE", 503, true),
            ("EMFILE", 404, false),
            ("EIO", 404, false),
            ("EIO", 500, true),
            ("ENOENT", 404, true),
            ("ENOENT", 403, false),
            ("EACCES", 403, true),
            ("EACCES", 401, false),
            ("EIO", 200, false),
            ("EIO", 204, false),
        ] {
            assert_eq!(is_true(Fault { call: "openat2", error }, status), expected, "{error} {status}");
        }
    }

    #[test]
    fn an_answer_with_less_in_it_is_another() {
        let answer = |body: &str, kind: &str| {
            let head = format!(
                "HTTP/1.1 200 OK\r\nServer: svcd\r\nDate: {}\r\n",
                svcd_tests::clock::imf_fixdate(now())
            );
            let bytes = format!("{head}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            svcd_tests::response::only(bytes.as_bytes(), false).expect("an answer")
        };
        let right = answer("body", "text/plain");
        assert_eq!(same(&answer("body", "text/plain"), &right), Ok(()));
        assert!(same(&answer("bod", "text/plain"), &right).is_err());
        assert!(same(&answer("body", "text/html"), &right).is_err());
    }

    fn now() -> u64 {
        svcd_tests::clock::seconds(std::time::SystemTime::now())
    }
}
