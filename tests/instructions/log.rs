//! What qemu writes of a program that it runs one instruction at a time.

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
