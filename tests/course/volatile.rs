//! What cannot be the same twice in what a command writes. A page says of each block
//! which kinds it has; every value gets a name by the order in which they come, so that
//! what was the same has to be the same.

/// Decimal numbers that follow these are pids, wherever else they stand.
const PIDS: [&str; 12] = [
    "[pid ",
    "before ",
    "child ",
    "parent ",
    "ended ",
    "Process ",
    "process ",
    "si_pid=",
    "SIGCHLD) = ",
    "fork() = ",
    "calls.",
    "wait4(",
];

/// The text with names in the place of what `kinds` allows to differ.
pub fn settled(text: &str, kinds: &[String]) -> String {
    let mut text = text.to_owned();
    for kind in kinds {
        text = match kind.as_str() {
            "addresses" => addresses(&text),
            "pids" => pids(&text),
            _ => panic!("{kind} is no kind of what differs"),
        };
    }
    text
}

/// The text in pieces: runs of letters and digits, and what is between.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let kind = |byte: char| byte.is_ascii_alphanumeric();
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end =
            if kind(first) { rest.find(|next| !kind(next)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, behind) = rest.split_at(end);
        rest = behind;
        Some(token)
    })
}

/// Each token that is one of these, by its number.
fn named(text: &str, name: &str, is_one: impl Fn(&str) -> bool) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut settled = String::new();
    for token in tokens(text) {
        if !is_one(token) {
            settled.push_str(token);
            continue;
        }
        let place = seen.iter().position(|other| *other == token).unwrap_or(seen.len());
        if place == seen.len() {
            seen.push(token);
        }
        settled += &format!("{name}-{place}");
    }
    settled
}

/// Where the kernel has put things, which it chooses anew each time, and how many
/// variables there were.
fn addresses(text: &str) -> String {
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let text = named(text, "address", |token| {
        token.strip_prefix("0x").is_some_and(|digits| digits.len() > 4 && is_hex(digits))
    });
    let mut settled: Vec<_> = Vec::new();
    for line in text.split_inclusive('\n') {
        let mut line = line.to_owned();
        if let Some((before, count)) =
            line.split_once("/* ").filter(|(_, behind)| behind.contains(" vars */"))
        {
            let behind = count.trim_start_matches(|digit: char| digit.is_ascii_digit());
            line = format!("{before}/* N{behind}");
        }
        if let Some((before, _)) = line.split_once("DARWIN_RIG_SEED=") {
            line = format!("{before}DARWIN_RIG_SEED=N\n");
        }
        settled.push(line);
    }
    settled.concat()
}

fn pids(text: &str) -> String {
    let digits = |text: &str| -> String { text.chars().take_while(char::is_ascii_digit).collect() };
    let mut known: Vec<String> = Vec::new();
    for word in PIDS {
        known.extend(text.match_indices(word).map(|(at, _)| digits(&text[at + word.len()..])));
    }
    // The rig has them in brackets at the beginning of a line.
    known.extend(text.lines().filter_map(|line| line.strip_prefix('[')).map(digits));
    let text = named(text, "pid", |token| known.iter().any(|pid| !pid.is_empty() && pid == token));
    text.split_inclusive('\n').map(without_length).collect()
}

/// A write of a text with a pid in it is as long as that.
fn without_length(line: &str) -> String {
    let told =
        line.split_once("\\n\", ").filter(|(text, _)| text.contains("write(") && text.contains("pid-"));
    let numbers = told.and_then(|(text, numbers)| Some((text, numbers.trim_end().split_once(')')?)));
    match numbers {
        Some((text, (length, result))) if result.trim_start() == format!("= {length}") => {
            format!("{text}\\n\"\n")
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str, kind: &str) -> bool {
        let kinds = [kind.to_owned()];
        settled(one, &kinds) == settled(other, &kinds)
    }

    #[test]
    fn only_what_was_allowed_may_differ() {
        for (one, other, kind, expected) in [
            ("f(0x7ffe1234, 0x10) = 0", "f(0x7fff9876, 0x10) = 0", "addresses", true),
            ("f(0x7ffe1234, 0x10) = 0", "f(0x7ffe1234, 0x11) = 0", "addresses", false),
            // What was the same has to be the same.
            ("0x11111 0x11111", "0x22222 0x22222", "addresses", true),
            ("0x11111 0x11111", "0x22222 0x33333", "addresses", false),
            ("x /* 3 vars */) = 0\n", "x /* 41 vars */) = 0\n", "addresses", true),
            ("child 17\n17 5", "child 99\n99 5", "pids", true),
            ("child 17\n17 5", "child 99\n17 5", "pids", false),
            ("child 17\n17 5", "child 99\n99 6", "pids", false),
            ("f() = 3", "f() = 4", "pids", false),
            ("[17] f() = 17\n", "[23] f() = 23\n", "pids", true),
            ("child 17\nwrite(1, \"17\\n\", 3) = 3\n", "child 9\nwrite(1, \"9\\n\", 2)  = 2\n", "pids", true),
            ("child 17\nwrite(1, \"17\\n\", 3) = 3\n", "child 9\nwrite(1, \"9\\n\", 2) = 1\n", "pids", false),
        ] {
            assert_eq!(same(one, other, kind), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn without_a_kind_nothing_may_differ() {
        assert_eq!(settled("child 17 0x7ffe1234", &[]), "child 17 0x7ffe1234");
    }
}
