//! `access` beside `base64`, `pwhash` and openssl, and beside a model that knows
//! what a file of users means and not how it is written.

use std::process::Command;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use svcd::access::credentials::{self, Credentials};
use svcd::access::users::{Malformed, Users};
use svcd::limits;

type Pair = (Vec<u8>, Vec<u8>);

fn decoded(text: &[u8]) -> Option<Pair> {
    let mut room = [0; limits::CREDENTIALS];
    let Credentials { user, password } = credentials::decode(text, &mut room)?;
    Some((user.to_vec(), password.to_vec()))
}

/// The same by `base64`.
fn model(text: &[u8]) -> Option<Pair> {
    let bytes = STANDARD.decode(text).ok()?;
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let is_text = bytes.len() <= limits::CREDENTIALS && !bytes.iter().any(u8::is_ascii_control);
    is_text.then(|| (bytes[..colon].to_vec(), bytes[colon + 1..].to_vec()))
}

/// What `pwhash` makes of `$5$...$` and a password.
#[expect(deprecated, reason = "it advises against this hash for its own users")]
fn hash(salt: &str, password: impl AsRef<[u8]>) -> String {
    pwhash::sha256_crypt::hash_with(salt, password).expect("a hash")
}

fn accepts(line: &str, password: &[u8]) -> bool {
    Users::parse(line.as_bytes()).expect(line).accept(&Credentials { user: b"u", password })
}

/// Bytes that can be in a password of theirs and ours.
fn passwords() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(1..=255u8, 0..100)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn credentials_come_out_as_they_went_in(user in ".{0,40}", password in ".{0,40}") {
        let text = STANDARD.encode(format!("{user}:{password}"));
        prop_assert_eq!(decoded(text.as_bytes()), model(text.as_bytes()));
        let is_plain = !user.contains(':') && !(user.clone() + &password).bytes().any(|byte| byte.is_ascii_control());
        prop_assert_eq!(decoded(text.as_bytes()) == Some((user.into(), password.into())), is_plain);
    }

    #[test]
    fn texts_of_any_length_are_read_alike(bytes in prop::collection::vec(b' '..=b'~', 500..520)) {
        let text = STANDARD.encode([b"u:", &bytes[..]].concat());
        prop_assert_eq!(decoded(text.as_bytes()), model(text.as_bytes()));
    }

    #[test]
    fn what_is_no_base64_there_is_none_here(text in "(YTpi|Og==|[A-Za-z0-9+/]{3}|[ -~]|=|==|[A-Za-z0-9]){0,8}") {
        prop_assert_eq!(decoded(text.as_bytes()), model(text.as_bytes()), "{}", text);
    }
}

proptest! {
    // Each one takes thousands of rounds.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_hash_of_another_program_is_that_of_its_password(
        password in passwords(),
        wrong in passwords(),
        salt in "[./0-9A-Za-z]{0,16}",
        rounds in 1000..1500u32,
    ) {
        let line = format!("u:{}", hash(&format!("$5$rounds={rounds}${salt}$"), &password));
        prop_assert!(accepts(&line, &password), "{}", line);
        prop_assert_eq!(accepts(&line, &wrong), wrong == password, "{}", line);
    }
}

#[test]
fn passwords_of_every_length_near_a_block_are_hashed_alike() {
    for length in [0, 1, 15, 16, 31, 32, 33, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 255, 256, 509] {
        let password = "x".repeat(length);
        let line = format!("u:{}", hash("$5$rounds=1000$0123456789abcdef$", &password));
        assert!(accepts(&line, password.as_bytes()), "{length}");
    }
}

#[test]
fn what_openssl_makes_is_a_line_of_users() {
    for password in ["secret", "a b", "\u{20ac}", &"long ".repeat(40)] {
        let output = match Command::new("openssl").args(["passwd", "-5", password]).output() {
            Ok(output) if output.status.success() => output.stdout,
            other => return println!("skipped: no openssl that makes hashes of SHA-256-crypt: {other:?}"),
        };
        let line = format!("u:{}", String::from_utf8(output).expect("a line"));
        assert!(accepts(&line, password.as_bytes()), "{line}");
        assert!(!accepts(&line, &password.as_bytes()[1..]), "{line}");
    }
}

/// What a line of a file means.
#[derive(Clone, Debug)]
enum Line {
    /// The place of the name and of the password.
    User(usize, usize),
    Nothing(&'static str),
    Wrong(&'static str),
}

const NAMES: [&str; 5] = ["mia", "m", "mia b", "\u{e4}", "#x"];

/// With their hashes.
static PASSWORDS: LazyLock<[(&str, String); 3]> =
    LazyLock::new(|| ["one", "two", ""].map(|password| (password, hash("$5$rounds=1000$salt$", password))));

fn lines() -> impl Strategy<Value = Vec<(Line, &'static str)>> {
    let line = prop_oneof![
        // Not `#x`: it would be a comment.
        8 => (0..4usize, 0..3usize).prop_map(|(name, password)| Line::User(name, password)),
        3 => prop::sample::select(vec!["", "# a comment", "#", "#mia:x"]).prop_map(Line::Nothing),
        1 => prop::sample::select(vec![" ", "mia", ":", "mia:secret", "mia:$6$a$b", "mia:$5$rounds=9$a$b"])
            .prop_map(Line::Wrong),
    ];
    let end = prop::sample::select(vec!["\n", "\r\n", ":\n", ":x:y\r\n"]);
    prop::collection::vec((line, end), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_file_of_users_means_what_its_lines_mean(
        lines in lines(),
        has_end in any::<bool>(),
        name in prop::sample::select(&NAMES[..]),
        password in 0..3usize,
    ) {
        let mut text = String::new();
        for (line, end) in &lines {
            let is_user = matches!(line, Line::User(..));
            match line {
                Line::User(name, password) => text += &format!("{}:{}", NAMES[*name], PASSWORDS[*password].1),
                Line::Nothing(line) | Line::Wrong(line) => text += line,
            }
            // Only behind a hash there may be more fields.
            text += if is_user { end } else { end.trim_start_matches(|letter| !"\r\n".contains(letter)) };
        }
        if !has_end {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        let wrong = lines.iter().position(|(line, _)| matches!(line, Line::Wrong(_)));
        let mut users = lines.iter().filter_map(|(line, _)| match line {
            Line::User(name, password) => Some((NAMES[*name], *password)),
            _ => None,
        });
        match Users::parse(text.as_bytes()) {
            Ok(parsed) => {
                prop_assert!(wrong.is_none() && users.clone().next().is_some());
                let first = users.find(|user| user.0 == name);
                let credentials = Credentials { user: name.as_bytes(), password: PASSWORDS[password].0.as_bytes() };
                prop_assert_eq!(parsed.accept(&credentials), first.is_some_and(|user| user.1 == password));
            }
            Err(Malformed { line, problem }) => match wrong {
                Some(place) => prop_assert_eq!(line as usize, place + 1, "{}", problem),
                None => prop_assert!(users.next().is_none(), "{:?}: {}", text, problem),
            },
        }
    }

    #[test]
    fn any_bytes_are_users_or_not(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Users::parse(&text);
    }
}
