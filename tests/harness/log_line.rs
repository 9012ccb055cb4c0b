//! One line of the Combined Log Format, taken apart strictly.

use crate::clock;

#[derive(Debug, PartialEq, Eq)]
pub struct LogLine {
    pub client: String,
    /// Of a request whose password was right; else `-`.
    pub user: String,
    pub date: String,
    pub request: String,
    pub status: u16,
    pub bytes: u64,
    pub referer: String,
    pub user_agent: String,
    /// Why it was refused: only on lines of 4xx and 5xx.
    pub reason: Option<String>,
}

impl LogLine {
    /// Reads a line. The quoted parts stay as they are, with their escapes.
    pub fn parse(line: &str) -> Result<LogLine, String> {
        take_apart(line).ok_or_else(|| format!("not a line of the Combined Log Format: {line:?}"))
    }
}

fn take_apart(line: &str) -> Option<LogLine> {
    if !line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return None;
    }
    let (client, rest) = line.split_once(" - ")?;
    let (user, rest) = rest.split_once(" [")?;
    if user.is_empty() || user.contains([' ', '"']) {
        return None;
    }
    let (date, rest) = rest.split_once("] ")?;
    let (request, rest) = quoted(rest)?;
    let rest = rest.strip_prefix(' ')?;
    let (status, rest) = rest.split_once(' ')?;
    let (bytes, rest) = rest.split_once(' ')?;
    let (referer, rest) = quoted(rest)?;
    let (user_agent, rest) = quoted(rest.strip_prefix(' ')?)?;
    let status: u16 = status.parse().ok().filter(|status| (100..600).contains(status))?;
    let reason = match rest.strip_prefix(' ') {
        Some(rest) => match quoted(rest)? {
            (reason, "") if !reason.is_empty() => Some(reason),
            _ => return None,
        },
        None if rest.is_empty() => None,
        None => return None,
    };
    if reason.is_some() != (status >= 400) || !clock::is_recent(date, clock::log_date) {
        return None;
    }
    Some(LogLine {
        client: client.to_owned(),
        user: user.to_owned(),
        date: date.to_owned(),
        request: request.to_owned(),
        status,
        bytes: bytes.parse().ok()?,
        referer: referer.to_owned(),
        user_agent: user_agent.to_owned(),
        reason: reason.map(str::to_owned),
    })
}

/// A quoted part: inside, a quote only ever stands as an escape, so the next
/// quote is its end, and a backslash only ever starts `\xHH`.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (inside, rest) = text.strip_prefix('"')?.split_once('"')?;
    let escapes = inside.split('\\').skip(1).all(|after| {
        let after = after.as_bytes();
        after.len() >= 3 && after[0] == b'x' && after[1..3].iter().all(u8::is_ascii_hexdigit)
    });
    escapes.then_some((inside, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn lines() {
        let date = clock::log_date(clock::seconds(SystemTime::now()));
        let rows = [
            (true, r#""GET / HTTP/1.1" 200 12 "-" "a b""#),
            (true, r#""GET /\x22\x5c HTTP/1.1" 404 9 "-" "-" "no such file""#),
            (false, r#""GET / HTTP/1.1" 404 9 "-" "-""#),
            (false, r#""GET / HTTP/1.1" 200 9 "-" "-" "why""#),
            (false, r#""GET /\" HTTP/1.1" 200 9 "-" "-""#),
            (false, r#""GET /" HTTP/1.1" 200 9 "-" "-""#),
            (false, r#""GET / HTTP/1.1" 200 - "-" "-""#),
            (false, r#""GET / HTTP/1.1" 200 9 "-""#),
        ];
        for (good, tail) in rows {
            let line = format!("127.0.0.1 - - [{date}] {tail}");
            assert_eq!(LogLine::parse(&line).is_ok(), good, "{line}");
        }
        for (user, good) in [("ann", true), (r"a\x20b", true), ("a b", false), ("", false), ("\"", false)] {
            let line = format!("127.0.0.1 - {user} [{date}] \"-\" 200 1 \"-\" \"-\"");
            let found = LogLine::parse(&line).map(|line| line.user);
            assert_eq!(found.ok(), good.then(|| user.to_owned()), "{line}");
        }
        assert!(LogLine::parse(r#"::1 - - [01/Jan/1970:00:00:00 +0000] "-" 200 1 "-" "-""#).is_err());
    }
}
