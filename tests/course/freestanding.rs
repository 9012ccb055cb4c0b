//! The programs of the course need nothing but a kernel, as svcd does.

use std::fs;

use svcd_tests::program::dist;

use crate::{elf, macho};

#[test]
fn no_program_of_examples_needs_a_library() {
    let folder = fs::read_dir(dist().join("examples")).expect("make examples").flatten();
    let mut count = 0;
    for file in folder {
        let name = file.file_name().to_string_lossy().into_owned();
        let bytes = fs::read(file.path()).expect("a program");
        let faults = if name.contains("darwin") { macho::faults(&bytes) } else { elf::faults(&bytes) };
        assert!(faults.is_empty(), "{name}: {}", faults.join("; "));
        count += 1;
    }
    assert!(count > 15, "{count} programs");
}
