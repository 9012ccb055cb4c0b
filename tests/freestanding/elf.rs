//! Linux programs.

use std::ops::Range;

use object::elf;
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader, SectionHeader};
use object::{Endianness, Object, ObjectSymbol};

use crate::census::Census;

/// Segments that only a loader or a run-time library would read.
const UNWANTED: [(elf::ProgramType, &str); 3] =
    [(elf::PT_INTERP, "PT_INTERP"), (elf::PT_DYNAMIC, "PT_DYNAMIC"), (elf::PT_TLS, "PT_TLS")];

fn parse(bytes: &[u8]) -> ElfFile64<'_, Endianness> {
    ElfFile64::parse(bytes).expect("an ELF file of 64 bits")
}

/// Everything in the file that a program on its own has no need of.
pub fn faults(bytes: &[u8]) -> Vec<String> {
    let file = parse(bytes);
    let endian = file.endian();
    let mut faults = Vec::new();
    if file.elf_header().e_type(endian) != elf::ET_EXEC {
        faults.push("not ET_EXEC: it would need relocation at its start".to_owned());
    }
    let mut stack = None;
    for segment in file.elf_program_headers() {
        let (kind, flags) = (segment.p_type(endian), segment.p_flags(endian));
        for (unwanted, name) in UNWANTED {
            if kind == unwanted {
                faults.push(name.to_owned());
            }
        }
        if kind == elf::PT_GNU_STACK {
            stack = Some(flags);
        }
        if kind == elf::PT_LOAD && flags.contains(elf::PF_W) && flags.contains(elf::PF_X) {
            faults.push(format!("segment at {:#x} is writable and executable", segment.p_vaddr(endian)));
        }
    }
    match stack {
        None => faults.push("no PT_GNU_STACK: the kernel would make the stack executable".to_owned()),
        Some(flags) if flags.contains(elf::PF_X) => faults.push("executable stack".to_owned()),
        Some(_) => {}
    }
    for section in file.elf_section_table().iter() {
        let kind = section.sh_type(endian);
        if [elf::SHT_REL, elf::SHT_RELA, elf::SHT_RELR].contains(&kind) {
            faults.push(format!("relocation section {kind:?}"));
        }
    }
    for symbol in file.symbols().chain(file.dynamic_symbols()) {
        if let Ok(name) = symbol.name()
            && symbol.is_undefined()
            && !name.is_empty()
        {
            faults.push(format!("undefined symbol {name}"));
        }
    }
    faults
}

/// Section headers tell what is code; in a file without them, whatever the
/// kernel would map as executable is searched, unless `text` says where its code
/// is: of two bytes in a table or in a longer instruction, one in 20,000 reads as
/// a way into the kernel.
pub fn census(bytes: &[u8], text: Option<[Range<u64>; 2]>) -> Census {
    let file = parse(bytes);
    let endian = file.endian();
    let mut census = Census::default();
    let machine = file.elf_header().e_machine(endian);
    let mut sections = 0;
    for section in file.elf_section_table().iter() {
        let address = section.sh_addr(endian);
        let executable = section.sh_flags(endian).contains(elf::SHF_EXECINSTR);
        if !executable || section.sh_type(endian) != elf::SHT_PROGBITS {
            continue;
        }
        let code = section.data(endian, bytes).expect("a section inside the file");
        sections += 1;
        match machine {
            elf::EM_AARCH64 => census.aarch64(address, code),
            elf::EM_X86_64 => census.x86_64(address, code),
            other => panic!("unknown machine {other:?}"),
        }
    }
    if sections > 0 {
        return census;
    }
    for segment in file.elf_program_headers() {
        if segment.p_type(endian) != elf::PT_LOAD || !segment.p_flags(endian).contains(elf::PF_X) {
            continue;
        }
        let bytes = segment.data(endian, bytes).expect("a segment inside the file");
        match machine {
            elf::EM_AARCH64 => census.aarch64(segment.p_vaddr(endian), bytes),
            elf::EM_X86_64 => {
                let address = segment.p_vaddr(endian);
                census.x86_64_among_data(address, bytes);
                if let Some(text) = &text {
                    let mut exact = Census::default();
                    for text in text {
                        let code = &bytes[(text.start - address) as usize..(text.end - address) as usize];
                        exact.x86_64(text.start, code);
                    }
                    let is_part = exact.traps.iter().all(|trap| census.traps.contains(trap));
                    assert!(is_part && exact.undecoded == 0, "the map is another file's");
                    census = exact;
                }
            }
            other => panic!("unknown machine {other:?}"),
        }
    }
    census
}
