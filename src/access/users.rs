//! A file of users and the hashes of their passwords (--auth).

use super::credentials::{self, Credentials};
use super::crypt;
use crate::text::{decimal, find, without_last};

#[cfg(test)]
mod tests;

/// Lines `USER:HASH`, all of them well-formed. What is behind another colon does
/// not count, and neither do empty lines and those that begin with `#`.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a>(&'a [u8]);

/// A line that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Its number, from 1; the last one when there is no user at all.
    pub line: u32,
    pub problem: &'static str,
}

const LINE: &str = "a line is USER:HASH, and USER has from 1 to 255 bytes";
const HASH: &str = "not a SHA-256 hash ($5$), as of `openssl passwd -5`";
const ROUNDS: &str = "the rounds of a hash are from 1000 to 9999999";
const NOBODY: &str = "there is no user";

impl<'a> Users<'a> {
    /// Looks at every line of a file.
    pub fn parse(text: &'a [u8]) -> Result<Self, Malformed> {
        let mut rest = text;
        let mut line = 1;
        let mut problem = NOBODY;
        loop {
            match read(cut(&mut rest, b'\n')) {
                Ok(Some(_)) => problem = "",
                Ok(None) => {}
                Err(problem) => return Err(Malformed { line, problem }),
            }
            if rest.is_empty() {
                break;
            }
            line += 1;
        }
        if problem.is_empty() { Ok(Users(text)) } else { Err(Malformed { line, problem }) }
    }

    /// Whether these are the name and the password of a user; of two lines with
    /// one name the first counts. For an unknown user it takes as long as for
    /// the last one, whose hash is computed then.
    pub fn accept(&self, credentials: &Credentials) -> bool {
        let mut rest = self.0;
        let mut user = None;
        let mut is_known = false;
        while !rest.is_empty() && !is_known {
            if let Ok(Some(next)) = read(cut(&mut rest, b'\n')) {
                is_known = next.name == credentials.user;
                user = Some(next);
            }
        }
        user.is_some_and(|user: User| {
            let hash = crypt::hash(credentials.password, user.salt, user.rounds);
            credentials::is_same(&hash, user.hash) && is_known
        })
    }
}

struct User<'a> {
    name: &'a [u8],
    rounds: u32,
    salt: &'a [u8],
    hash: &'a [u8],
}

/// Reads `USER:$5$rounds=N$SALT$HASH`; none when the line has nothing to say.
fn read(mut line: &[u8]) -> Result<Option<User<'_>>, &'static str> {
    line = without_last(line, b'\r');
    if matches!(line, [] | [b'#', ..]) {
        return Ok(None);
    }
    let name = cut(&mut line, b':');
    let mut text = cut(&mut line, b':');
    // Nobody can send a name with a control character (RFC 7617 2), and in the log
    // `-` is nobody.
    if !(1..=255).contains(&name.len())
        || name == b"-"
        || name.iter().any(u8::is_ascii_control)
        || text.is_empty()
    {
        return Err(LINE);
    }
    text = text.strip_prefix(b"$5$".as_slice()).ok_or(HASH)?;
    let mut rounds = crypt::ROUNDS;
    if let Some(behind) = text.strip_prefix(b"rounds=".as_slice()) {
        text = behind;
        let number = decimal::parse(cut(&mut text, b'$'));
        rounds = number.filter(|number| (1000..=9_999_999).contains(number)).ok_or(ROUNDS)? as u32;
    }
    let salt = cut(&mut text, b'$');
    let is_hash = text.len() == crypt::LENGTH && text.iter().copied().all(crypt::is_letter);
    let user = User { name, rounds, salt, hash: text };
    if is_hash && salt.len() <= crypt::SALT { Ok(Some(user)) } else { Err(HASH) }
}

/// Takes from the text what is before the byte, or all of it, and drops the byte.
#[inline(never)]
fn cut<'a>(text: &mut &'a [u8], at: u8) -> &'a [u8] {
    let end = find(text, at).unwrap_or(text.len());
    let (before, behind) = text.split_at_checked(end).unwrap_or_default();
    *text = behind.get(1..).unwrap_or_default();
    before
}
