//! What qemu writes of a program that it runs one instruction at a time.

use crate::strace::{Call, Traced};

/// Words before an emulated program that make qemu write each instruction into `file`,
/// and each call if `calls`. The second name of the switch is that of later versions.
pub fn words(file: &str, calls: bool) -> Vec<String> {
    let items = if calls { "exec,nochain,strace" } else { "exec,nochain" };
    let words = [
        "env".to_owned(),
        format!("QEMU_LOG={items}"),
        format!("QEMU_LOG_FILENAME={file}"),
        "QEMU_SINGLESTEP=1".to_owned(),
        "QEMU_ONE_INSN_PER_TB=1".to_owned(),
    ];
    words.to_vec()
}

/// The addresses of the instructions behind each call that receives, and before the
/// next one; first those before all.
pub fn between_receives(text: &str) -> Vec<Vec<u64>> {
    let mut parts = vec![Vec::new()];
    for line in text.lines() {
        if let Some(address) = address(line) {
            parts.last_mut().expect("there is one").push(address);
        } else if line.split_once(' ').is_some_and(|(_, call)| call.starts_with("recvfrom(")) {
            parts.push(Vec::new());
        }
    }
    parts
}

pub fn count(text: &str) -> usize {
    text.lines().filter_map(address).count()
}

/// The calls of each process. One is written when it begins, so that what another process
/// calls meanwhile may stand in the same line.
pub fn calls(text: &str) -> Vec<Traced> {
    let mut processes: Vec<Traced> = Vec::new();
    for line in text.lines().filter(|line| address(line).is_none()) {
        let known = line.match_indices('(').filter_map(|(end, _)| call_before(line.get(..end)?));
        let unknown = line
            .split_once(" Unknown syscall ")
            .and_then(|(id, number)| Some((id.parse().ok()?, format!("call_{}", number.trim()))));
        for (id, name) in known.chain(unknown) {
            let place = processes.iter().position(|process| process.id == id).unwrap_or(processes.len());
            if place == processes.len() {
                processes.push(Traced { id, calls: Vec::new() });
            }
            let Some(Traced { calls, .. }) = processes.get_mut(place) else { continue };
            let count = 1 + calls.iter().filter(|call| call.name == name).count();
            calls.push(Call { name, text: line.to_owned(), count });
        }
    }
    processes
}

/// The process and the name in `12 recvfrom`, whatever stands before them.
fn call_before(text: &str) -> Option<(u32, String)> {
    let (before, name) = text.rsplit_once(' ')?;
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let id = before.rsplit(|letter: char| !letter.is_ascii_digit()).next()?;
    (!name.is_empty() && name.bytes().all(is_name)).then_some((id.parse().ok()?, name.to_owned()))
}

/// Of the instruction in `Trace 0: HOST [STATE/ADDRESS/FLAGS/FLAGS] SYMBOL`.
fn address(line: &str) -> Option<u64> {
    let (_, words) = line.strip_prefix("Trace ")?.split_once('[')?;
    u64::from_str_radix(words.split('/').nth(1)?, 16).ok()
}

#[test]
fn instructions_are_told_from_calls() {
    let text = "Trace 0: 0x7f [0001/000000003c000100/00000001/00000201] \n\
        12 recvfrom(5,1,32768,64,0,0) = 43\n\
        Trace 0: 0x7f [0001/000000003c000104/00000001/00000201] \n\
        Trace 0: 0x7f [0001/000000003c000108/00000001/00000201] a::b\n\
        12 read(5,1,1) = 1\n12 recvfrom(5,1,32768,0,0,0) = 0\n";
    assert_eq!(between_receives(text), [vec![0x3c00_0100], vec![0x3c00_0104, 0x3c00_0108], vec![]]);
    assert_eq!(count(text), 3);
}

#[test]
fn calls_of_two_processes_in_one_line_are_two() {
    let text = "7 Unknown syscall 437\n7 openat(3,\"a (1)\",0) = 4\n\
        7 ppoll(1,2,0,0,8,0)9 close(5) = 0\n9 fstat(2,0x1) = -1 errno=2 (No such file)\n = 1\n\
        Trace 0: 0x7f [0001/000000003c000104/00000001/00000201] \n";
    let found = calls(text);
    let names =
        |place: usize| -> Vec<_> { found[place].calls.iter().map(|call| call.name.as_str()).collect() };
    assert_eq!((found[0].id, names(0)), (7, vec!["call_437", "openat", "ppoll"]));
    assert_eq!((found[1].id, names(1)), (9, vec!["close", "fstat"]));
}
