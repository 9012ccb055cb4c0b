//! What the linked programs are made of: nothing but their own code, one trap
//! instruction, and no panic that is not counted.
//!
//! It reads the files in `$SVCD_DIST`, or `dist`, and runs none of them, so
//! every target's program is checked on every host.

mod census;
mod elf;
mod macho;

use std::fs;
use std::ops::Range;

use svcd_tests::{note, program};

use crate::census::Census;

/// A built program, and how many places in it may end in a panic. Such a place
/// is a check that the compiler could not prove away; the numbers only go down.
struct Built {
    name: &'static str,
    panic_sites: usize,
}

const PROGRAMS: [Built; 6] = [
    Built { name: "svcd-linux-aarch64", panic_sites: 0 },
    Built { name: "svcd-linux-x86_64", panic_sites: 0 },
    Built { name: "svcd-darwin-aarch64", panic_sites: 0 },
    Built { name: "svcd-trace-linux-aarch64", panic_sites: 0 },
    Built { name: "svcd-trace-linux-x86_64", panic_sites: 0 },
    Built { name: "svcd-trace-darwin-aarch64", panic_sites: 0 },
];

fn read(name: &str) -> Vec<u8> {
    let path = program::dist().join(name);
    fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run `make build trace` first", path.display()))
}

fn census(name: &str, bytes: &[u8]) -> Census {
    if name.contains("darwin") { macho::census(bytes) } else { elf::census(bytes, text(name)) }
}

/// Where the linker has put the code, by its map of the same build: the gate, and
/// all else behind the read-only data of the section that holds both.
fn text(name: &str) -> Option<[Range<u64>; 2]> {
    let map = fs::read_to_string(program::dist().join(format!("../target/{name}.map"))).ok()?;
    // Address, load address, size, alignment; then a name.
    let lines: Vec<(u64, u64, &str)> = map
        .lines()
        .filter_map(|line| {
            let mut columns = line.split_whitespace();
            let mut number = |place| u64::from_str_radix(columns.nth(place)?, 16).ok();
            let (address, size) = (number(0)?, number(1)?);
            Some((address, size, columns.nth(1)?))
        })
        .collect();
    let section = lines.iter().find(|line| line.2 == ".text")?;
    let first = lines.iter().filter(|line| line.2.contains(":(.text")).map(|line| line.0).min()?;
    let gate = lines.iter().find(|line| line.2.ends_with(":(.gate)"))?;
    Some([gate.0..gate.0 + gate.1, first..section.0 + section.1])
}

#[test]
fn elf_files_need_nothing_but_a_kernel() {
    for Built { name, .. } in PROGRAMS.iter().filter(|built| built.name.contains("linux")) {
        let faults = elf::faults(&read(name));
        assert!(faults.is_empty(), "{name}: {}", faults.join("; "));
    }
}

#[test]
fn mach_o_files_need_nothing_but_their_loader() {
    for Built { name, .. } in PROGRAMS.iter().filter(|built| built.name.contains("darwin")) {
        let faults = macho::faults(&read(name));
        assert!(faults.is_empty(), "{name}: {}", faults.join("; "));
    }
}

#[test]
fn one_trap_instruction() {
    for built in &PROGRAMS {
        let census = census(built.name, &read(built.name));
        assert_eq!(census.traps.len(), 1, "{}: traps at {:x?}", built.name, census.traps);
        assert_eq!(census.other_gates, [], "{}: other ways into the kernel", built.name);
        assert_eq!(census.undecoded, 0, "{}: bytes in code that are no instruction", built.name);
        let expected = match built.name {
            // Darwin's kernel looks at the immediate, Linux does not; both have a custom.
            name if name.ends_with("darwin-aarch64") => Some(0x80),
            name if name.ends_with("linux-aarch64") => Some(0),
            _ => None,
        };
        assert_eq!(census.traps[0].immediate, expected, "{}", built.name);
    }
}

/// The sandbox of one version holds for the next one that is executed in it, and
/// knows the server's calls by where they come from: see sys/linux/seccomp.rs.
#[test]
fn the_gate_is_at_one_address_in_all_versions() {
    for (name, address) in [("svcd-linux-aarch64", 0x3c00_0104), ("svcd-linux-x86_64", 0x3c00_0108)] {
        for name in [name.to_owned(), name.replace("svcd", "svcd-trace")] {
            let traps = census(&name, &read(&name)).traps;
            let addresses: Vec<_> = traps.iter().map(|trap| trap.address).collect();
            assert_eq!(addresses, [address], "{name}: {addresses:x?}");
        }
    }
}

#[test]
fn panic_sites_only_go_down() {
    let mut table = String::from("program                       bytes  traps  panic sites  (ceiling)\n");
    let mut above = Vec::new();
    for built in &PROGRAMS {
        let bytes = read(built.name);
        let census = census(built.name, &bytes);
        table += &format!(
            "{:26} {:8} {:6} {:12} {:>11}\n",
            built.name,
            bytes.len(),
            census.traps.len(),
            census.panic_sites,
            format!("({})", built.panic_sites)
        );
        if census.panic_sites > built.panic_sites {
            above.push(built.name);
        }
    }
    note(&table);
    assert!(above.is_empty(), "more panic sites than the ceiling: {above:?}");
}

#[test]
fn no_trace_of_the_machine_that_built_it() {
    for built in &PROGRAMS {
        let bytes = read(built.name);
        for trace in ["/root/", "/home/", "/usr/lib/rustlib", "/rustc/", ".cargo/registry", "panicked at"] {
            let found = bytes.windows(trace.len()).position(|window| window == trace.as_bytes());
            let shown = found.map(|at| bytes[at..(at + 60).min(bytes.len())].escape_ascii().to_string());
            assert_eq!(shown, None, "{} holds {trace:?}", built.name);
        }
    }
}

/// The checks above mean something only if they can fail: this test program is
/// an ordinary one, with an interpreter and libraries.
#[test]
#[cfg(target_os = "linux")]
fn an_ordinary_program_fails() {
    let bytes = fs::read(std::env::current_exe().expect("a program")).expect("its file");
    let faults = elf::faults(&bytes);
    for fault in ["PT_INTERP", "PT_DYNAMIC", "relocation section", "undefined symbol"] {
        assert!(faults.iter().any(|found| found.contains(fault)), "{fault} not seen: {faults:?}");
    }
}

/// Without section headers nothing is missed; see `x86_64_among_data`.
#[test]
fn traps_are_found_without_section_headers() {
    for name in ["svcd-linux-aarch64", "svcd-linux-x86_64"] {
        let mut bytes = read(name);
        let with = elf::census(&bytes, None);
        // e_shoff, then e_shnum and e_shstrndx of the file header.
        bytes[0x28..0x30].fill(0);
        bytes[0x3c..0x40].fill(0);
        let without = elf::census(&bytes, None);
        assert!(with.traps.iter().all(|trap| without.traps.contains(trap)), "{name}: {without:?}");
        assert!(with.panic_sites <= without.panic_sites, "{name}: {without:?}");
    }
}

#[test]
fn a_changed_mach_o_file_fails() {
    let mut bytes = read("svcd-darwin-aarch64");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let faults = macho::faults(&bytes);
    assert!(faults.iter().any(|fault| fault.contains("hash")), "{faults:?}");
}
