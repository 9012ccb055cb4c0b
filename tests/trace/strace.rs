//! What strace(1) has seen, without what the trace does itself, and what cannot be equal.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use svcd_tests::until;

use crate::lines::{Calls, name, result, unpadded};
use crate::smoke::Played;

/// Waits until it has written of the end of all processes.
pub fn wait_for_all(folder: &Path) {
    until("the end of all processes", || {
        let texts = files(folder);
        texts.iter().all(|(_, text)| text.contains("\n+++ ")).then_some(())
    });
}

fn files(folder: &Path) -> BTreeMap<u32, String> {
    let names = fs::read_dir(folder).expect("the folder").flatten();
    let files = names.filter_map(|file| {
        let id = file.file_name().to_str()?.strip_prefix("seen.")?.parse().ok()?;
        let text = fs::read(file.path()).ok()?;
        Some((id, String::from_utf8_lossy(&text).into_owned()))
    });
    files.collect()
}

/// The calls of the processes that are the server's own.
pub fn seen(played: &Played) -> Calls {
    let folder = played.seen();
    let all = files(folder.parent().expect("a folder"));
    let first: Vec<String> = all[&played.id].lines().map(unpadded).collect();
    let (start, own) = begin(&first);
    let mut calls = Calls::new();
    for (id, text) in &all {
        let lines = text.lines().map(unpadded).skip(if *id == played.id { start } else { 0 });
        let mut of: Vec<String> = Vec::new();
        for line in lines.filter(|line| is_call(line) && !is_of_the_trace(line, &own)) {
            let is_over = name(&line) == "execve" && line.ends_with(" = 0");
            of.push(line);
            if is_over {
                // It is another program now.
                break;
            }
        }
        let is_program =
            of.is_empty() || (name(&of[0]) != "dup3" && *id != played.id && is_programs(played, *id));
        if !is_program {
            calls.insert(*id, of);
        }
    }
    calls
}

/// Whether a process is none of the server's, but one that a program has made.
fn is_programs(played: &Played, id: u32) -> bool {
    !played.text.contains(&format!(" = {id}\n"))
}

/// Where the trace has begun, and the descriptor that it has.
fn begin(lines: &[String]) -> (usize, String) {
    // A descriptor for itself is the first that it needs; it closes the file, and asks
    // who it is.
    let place = lines.iter().position(|line| line.contains("F_DUPFD_CLOEXEC, 200) = "));
    let place = place.expect("the trace has a descriptor");
    (place + 1 + 2, result(&lines[place]).expect("its number"))
}

/// Not of signals, nor of the end; nor what was interrupted or has not come back.
fn is_call(line: &str) -> bool {
    let is_over =
        line.contains(" = ") && !line.contains(" = ? ERESTART") && !line.contains("<unfinished ...>");
    is_over && !line.starts_with(['+', '-'])
}

fn is_of_the_trace(line: &str, own: &str) -> bool {
    line.starts_with(&format!("write({own}, "))
}

/// Whether the line of the program says what that of strace does. It says more of two
/// calls: strace does not know that a descriptor tells of signals, and version
/// 6.1 not all of Landlock.
pub fn is_same(own: &str, seen: &str) -> bool {
    if own == seen {
        return true;
    }
    match (name(own), name(seen)) {
        ("read", "read") if own.contains("{ssi_signo=") => is_same_signals(own, seen) == Some(true),
        ("landlock_create_ruleset", "landlock_create_ruleset") => {
            let known = seen.split("|0x").next().and_then(|text| text.split(", ...").next());
            known.is_some_and(|known| own.starts_with(known)) && result(own) == result(seen)
        }
        _ => false,
    }
}

/// The numbers in the first bytes of what was read, of which strace shows 32.
fn is_same_signals(own: &str, seen: &str) -> Option<bool> {
    let (_, text) = seen.split_once(", \"")?;
    let (text, rest) = text.split_once("\"...")?;
    let bytes = unquoted(text)?;
    let word = |place: usize| Some(u32::from_ne_bytes(bytes.get(4 * place..4 * place + 4)?.try_into().ok()?));
    let signals = [(1, "SIGHUP"), (10, "SIGUSR1"), (12, "SIGUSR2"), (15, "SIGTERM"), (17, "SIGCHLD")];
    let signal = signals.iter().find(|(number, _)| Some(*number) == word(0))?.1;
    let code = match (signal, word(2)?) {
        (_, 0) => "SI_USER",
        ("SIGCHLD", 1) => "CLD_EXITED",
        ("SIGCHLD", 2) => "CLD_KILLED",
        _ => return None,
    };
    let (errno, pid, user) = (word(1)?, word(3)?, word(4)?);
    let first = format!(
        "[{{ssi_signo={signal}, ssi_errno={errno}, ssi_code={code}, ssi_pid={pid}, ssi_uid={user}, ...}}"
    );
    let (begin, _) = seen.split_once(", \"")?;
    let (own_begin, own_rest) = own.split_once(", [")?;
    Some(begin == own_begin && format!("[{own_rest}").starts_with(&first) && own.ends_with(rest))
}

/// The bytes of a quoted string.
fn unquoted(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let escaped = rest.next()?;
        if !(b'0'..=b'7').contains(&escaped) {
            let letters = b"n\nt\tr\rv\x0bf\x0c\"\"\\\\";
            bytes.push(letters.chunks(2).find(|pair| pair[0] == escaped)?[1]);
            continue;
        }
        let mut value = u32::from(escaped - b'0');
        for _ in 0..2 {
            let Some(digit) = rest.next_if(|digit| (b'0'..=b'7').contains(digit)) else { break };
            value = value * 8 + u32::from(digit - b'0');
        }
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(bytes)
}

#[test]
fn a_line_that_says_something_else_is_found() {
    let seen = "read(6, \"\\21\\0\\0\\0\\0\\0\\0\\0\\1\\0\\0\\0\\08\\0\\0\\1\\0\\0\\0\\0\"..., 768) = 128"
        .to_owned();
    let own = "read(6, [{ssi_signo=SIGCHLD, ssi_errno=0, ssi_code=CLD_EXITED, ssi_pid=14336, ssi_uid=1, ...}], 768) = 128";
    assert!(is_same(own, &seen));
    for (from, to) in [
        ("14336", "14337"),
        ("SIGCHLD", "SIGTERM"),
        ("EXITED", "KILLED"),
        ("768", "767"),
        ("128", "129"),
        ("6,", "7,"),
    ] {
        assert!(!is_same(&own.replacen(from, to, 1), &seen), "{from} is {to}");
    }
    assert!(!is_same("close(3) = 0", "close(4) = 0"));
}
