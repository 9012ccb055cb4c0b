//! `access` beside `base64`, `pwhash`, std's addresses and plain models.
//!
//! The first line of the input is the authority of a request, field lines
//! follow, and behind an empty line a file of users.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use svcd::access::credentials::{self, Credentials};
use svcd::access::origin;
use svcd::access::users::Users;
use svcd::http::field::Fields;
use svcd::http::{coding, host};
use svcd::limits;
use svcd::text::List;

/// More rounds would take all the time that there is.
const ROUNDS: u32 = 1020;

pub fn check(data: &[u8]) {
    let (authority, rest) = crate::first_line(data);
    let end = rest.windows(2).position(|pair| pair == b"\n\n").unwrap_or(rest.len());
    let (lines, file) = (&rest[..end], rest.get(end + 2..).unwrap_or_default());
    let authority = Some(authority).filter(|authority| host::is_valid(authority));
    if let Some(authority) = authority {
        trusted(authority);
    }
    let lines_of_file = model(file);
    let users = Users::parse(file);
    match (&users, &lines_of_file) {
        (Ok(_), Ok(lines)) => assert!(!lines.is_empty()),
        (Err(error), Err(line)) => assert_eq!(error.line, *line, "{}", error.problem),
        (ours, model) => panic!("{ours:?} for {model:?}"),
    }
    crate::with_fields(lines, |fields| {
        assert_eq!(origin::check(fields, authority).is_ok(), is_same_site(fields, authority));
        assert_eq!(coding::is_identity(fields), is_identity(fields));
        let mut room = [0; limits::CREDENTIALS];
        let ours = credentials::basic(fields).and_then(|text| credentials::decode(text, &mut room));
        let bytes = decoded(fields);
        assert_eq!(ours.map(|ours| [ours.user, b":", ours.password].concat()), bytes);
        let Some(credentials) = ours else { return };
        assert!(!credentials.user.contains(&b':'));
        if let (Ok(users), Ok(lines)) = (&users, &lines_of_file) {
            accepted(users, lines, &credentials);
        }
    });
}

/// What is accepted is the password of the first line with this name.
fn accepted(users: &Users, lines: &[Line], credentials: &Credentials) {
    let line = lines.iter().find(|line| line.user == credentials.user);
    if line.unwrap_or(&lines[lines.len() - 1]).rounds > ROUNDS {
        return;
    }
    let is_accepted = users.accept(credentials);
    let expected = line.is_some_and(|line| match hash(line, credentials.password) {
        Some(hash) => hash.as_bytes().ends_with(line.hash),
        None => is_accepted,
    });
    assert_eq!(is_accepted, expected);
}

/// By `pwhash`, which takes salts of the usual letters only.
fn hash(line: &Line, password: &[u8]) -> Option<String> {
    let salt = std::str::from_utf8(line.salt).ok()?;
    if !salt.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./".contains(&byte)) {
        return None;
    }
    #[expect(deprecated, reason = "it advises against this hash for its own users")]
    let hash = pwhash::sha256_crypt::hash_with(&*format!("$5$rounds={}${salt}$", line.rounds), password);
    Some(hash.expect("a hash"))
}

/// A user, as the file says it.
#[derive(Debug)]
struct Line<'a> {
    user: &'a [u8],
    rounds: u32,
    salt: &'a [u8],
    hash: &'a [u8],
}

/// All users, or the number of the line that is none.
fn model(file: &[u8]) -> Result<Vec<Line<'_>>, u32> {
    let mut lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    // Nothing is behind the last line's end.
    if lines.len() > 1 && lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let mut users = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() && !line.starts_with(b"#") {
            users.push(user(line).ok_or(place as u32 + 1)?);
        }
    }
    if users.is_empty() { Err(lines.len() as u32) } else { Ok(users) }
}

fn user(line: &[u8]) -> Option<Line<'_>> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
    let [user, text, ..] = fields[..] else { return None };
    let parts: Vec<&[u8]> = text.split(|byte| *byte == b'$').collect();
    let (rounds, salt, hash) = match parts[..] {
        [b"", b"5", rounds, salt, hash] => (Some(rounds.strip_prefix(b"rounds=")?), salt, hash),
        [b"", b"5", salt, hash] if !salt.starts_with(b"rounds=") => (None, salt, hash),
        _ => return None,
    };
    let rounds = match rounds.map(std::str::from_utf8) {
        None => 5000,
        Some(Ok(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        Some(_) => return None,
    };
    let is_right = (1..=255).contains(&user.len())
        && !user.iter().any(u8::is_ascii_control)
        && (1000..=9_999_999).contains(&rounds)
        && salt.len() <= 16
        && hash.len() == 43
        && hash.iter().all(|byte| byte.is_ascii_alphanumeric() || b"./".contains(byte));
    is_right.then_some(Line { user, rounds, salt, hash })
}

/// `USER:PASSWORD`, by `base64`.
fn decoded(fields: Fields) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = fields.all("Authorization").collect();
    let [value] = values[..] else { return None };
    let place = value.iter().position(|byte| *byte == b' ')?;
    let (scheme, text) = (&value[..place], &value[place..]);
    let start = text.iter().position(|byte| *byte != b' ')?;
    let bytes = STANDARD.decode(&text[start..]).ok()?;
    let is_right = scheme.eq_ignore_ascii_case(b"Basic")
        && bytes.len() <= limits::CREDENTIALS
        && bytes.contains(&b':')
        && !bytes.iter().any(u8::is_ascii_control);
    is_right.then_some(bytes)
}

fn is_same_site(fields: Fields, authority: Option<&[u8]>) -> bool {
    let origins: Vec<&[u8]> = fields.all("Origin").collect();
    let by_origin = match origins[..] {
        [] => true,
        [origin] => authority.is_some_and(|authority| is_same(origin, authority)),
        _ => false,
    };
    by_origin && fields.all("Sec-Fetch-Site").all(|site| [&b"same-origin"[..], b"none"].contains(&site))
}

/// What an origin may say, made of what the authority says.
fn is_same(origin: &[u8], authority: &[u8]) -> bool {
    let authority = String::from_utf8_lossy(authority).to_ascii_lowercase();
    let digits = authority.trim_end_matches(|byte: char| byte.is_ascii_digit());
    let (host, port) = match digits.strip_suffix(':') {
        Some(host) if !host.is_empty() && !is_open(host) => {
            (host, authority[digits.len()..].parse::<u64>().ok())
        }
        _ => (&authority[..], None),
    };
    [(&b"http://"[..], 80), (b"https://", 443)].iter().any(|(scheme, default)| {
        let Some(page) = origin.strip_prefix(*scheme) else { return false };
        let page = page.to_ascii_lowercase();
        let Some(behind) = page.strip_prefix(host.as_bytes()) else { return false };
        let their_port = match behind {
            b"" | b":" => Some(*default),
            [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
                String::from_utf8_lossy(digits).parse::<u64>().ok()
            }
            _ => None,
        };
        their_port == Some(port.unwrap_or(*default))
    })
}

/// In the middle of an address in brackets.
fn is_open(host: &str) -> bool {
    host.starts_with('[') && !host.ends_with(']')
}

fn is_identity(fields: Fields) -> bool {
    let lists = fields.all("Content-Encoding").map(|list| String::from_utf8_lossy(list).to_ascii_lowercase());
    let lists = lists.collect::<Vec<_>>().join(",");
    lists.split(',').all(|coding| ["", "identity"].contains(&coding.trim_matches([' ', '\t'])))
}

fn trusted(authority: &[u8]) {
    let mut hosts = List::new();
    assert!(hosts.push(&b"Files.example"[..]));
    let text = String::from_utf8_lossy(authority).to_ascii_lowercase();
    let (host, _) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (&text[..], ""),
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_address = match literal {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok() && !literal.contains('%'),
        None => host.parse::<Ipv4Addr>().is_ok(),
    };
    let is_known = host == "localhost" || host.ends_with(".localhost") || host == "files.example";
    let expected = host.len() <= limits::HOST && (is_address || is_known);
    assert_eq!(origin::is_trusted_host(authority, &hosts), expected);
}
