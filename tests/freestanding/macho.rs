//! The Darwin program. Its kernel starts nothing without dyld, dyld nothing
//! without libSystem, and Apple Silicon nothing without a signature: all three
//! must be there, and nothing may be used of them.

use object::Endianness;
use object::endian::BigEndian;
use object::macho::{self, MachHeader64};
use object::read::macho::{MachHeader, Nlist, Section, Segment};
use sha2::{Digest, Sha256};

use crate::census::Census;

const LIB_SYSTEM: &str = "/usr/lib/libSystem.B.dylib";
const PAGE_ZERO: u64 = 1 << 32;

type Header = MachHeader64<Endianness>;
type Command<'a> = object::read::macho::LoadCommandData<'a, Endianness>;

fn parse(bytes: &[u8]) -> (&Header, Endianness) {
    let header = Header::parse(bytes, 0).expect("a Mach-O file of 64 bits");
    (header, Endianness::Little)
}

fn commands(bytes: &[u8]) -> Vec<Command<'_>> {
    let (header, endian) = parse(bytes);
    let commands = header.load_commands(endian, bytes, 0).expect("load commands");
    commands.map(|command| command.expect("a load command")).collect()
}

pub fn faults(bytes: &[u8]) -> Vec<String> {
    let (header, endian) = parse(bytes);
    let mut faults = Vec::new();
    if header.filetype(endian) != macho::MH_EXECUTE {
        faults.push("not MH_EXECUTE".to_owned());
    }
    if !header.flags(endian).contains(macho::MH_PIE) {
        faults.push("not MH_PIE".to_owned());
    }
    let commands = commands(bytes);
    for needed in [macho::LC_MAIN, macho::LC_CODE_SIGNATURE, macho::LC_LOAD_DYLINKER] {
        let count = commands.iter().filter(|command| command.cmd() == needed).count();
        if count != 1 {
            faults.push(format!("{count} of {needed:?}"));
        }
    }
    let mut libraries = Vec::new();
    let mut page_zero = false;
    for command in &commands {
        if let Ok(Some(dylib)) = command.dylib() {
            let name = command.string(endian, dylib.dylib.name).unwrap_or_default();
            libraries.push(String::from_utf8_lossy(name).into_owned());
        }
        if let Ok(Some((segment, _))) = command.segment_64() {
            page_zero |= segment.name() == b"__PAGEZERO"
                && (segment.vmaddr.get(endian), segment.vmsize.get(endian)) == (0, PAGE_ZERO);
            // The first protection is what it gets, the other what it may ask for.
            for protection in [segment.initprot.get(endian), segment.maxprot.get(endian)] {
                if protection.contains(macho::VM_PROT_WRITE) && protection.contains(macho::VM_PROT_EXECUTE) {
                    let name = String::from_utf8_lossy(segment.name()).into_owned();
                    faults.push(format!("segment {name} is writable and executable"));
                }
            }
        }
        bound(command, bytes, &mut faults);
        signature(command, bytes, &mut faults);
    }
    if libraries != [LIB_SYSTEM] {
        faults.push(format!("libraries {libraries:?}"));
    }
    if !page_zero {
        faults.push("no __PAGEZERO of 4 GiB".to_owned());
    }
    faults
}

/// What the loader is told to look up in libraries, in each of the three ways.
fn bound(command: &Command, bytes: &[u8], faults: &mut Vec<String>) {
    let endian = Endianness::Little;
    if let Ok(Some(table)) = command.symtab() {
        let symbols = table.symbols::<Header, _>(endian, bytes).expect("a symbol table");
        for symbol in symbols.iter().filter(|symbol| symbol.is_undefined()) {
            let name = symbol.name(endian, symbols.strings()).unwrap_or_default();
            // Named by every program of an old linker, called by none of ours.
            if name != b"dyld_stub_binder" {
                faults.push(format!("undefined symbol {}", String::from_utf8_lossy(name)));
            }
        }
    }
    if let Ok(Some(info)) = command.dyld_info() {
        let sizes = [info.bind_size, info.weak_bind_size, info.lazy_bind_size];
        let sizes = sizes.map(|size| size.get(endian));
        if sizes != [0, 0, 0] {
            faults.push(format!("bind information of {sizes:?} bytes"));
        }
    }
    if let Ok(Some(fixups)) = command.dyld_chained_fixups() {
        let fixups = fixups.chained_fixups(endian, bytes).expect("chained fixups");
        let imports = fixups.header().imports_count.get(endian);
        if imports != 0 {
            faults.push(format!("{imports} imports"));
        }
    }
}

/// The kernel compares the hash of each page with the signature when it is
/// first touched, and kills the process if they differ.
fn signature(command: &Command, bytes: &[u8], faults: &mut Vec<String>) {
    if command.cmd() != macho::LC_CODE_SIGNATURE {
        return;
    }
    let endian = Endianness::Little;
    let data: &macho::LinkeditDataCommand<Endianness> = command.data().expect("a linkedit command");
    let signature = data.code_signature(endian, bytes).expect("a code signature");
    let mut directories = 0;
    for blob in signature.blobs() {
        let Some(directory) = blob.and_then(|blob| blob.code_directory()).expect("a blob") else { continue };
        directories += 1;
        let header = directory.header();
        if (header.hash_type, header.hash_size) != (macho::CS_HASHTYPE_SHA256, 32) {
            faults.push("a code directory that is not of SHA-256".to_owned());
            continue;
        }
        let limit = directory.code_limit();
        if limit != u64::from(data.dataoff.get(endian)) {
            faults.push(format!("signed up to {limit:#x}, not up to the signature"));
        }
        let page = 1_usize << header.page_size;
        let pages: Vec<&[u8]> = bytes[..limit as usize].chunks(page).collect();
        if header.n_code_slots.get(BigEndian) as usize != pages.len() {
            faults.push(format!(
                "{} hashes of pages, not {}",
                header.n_code_slots.get(BigEndian),
                pages.len()
            ));
            continue;
        }
        for (number, page) in pages.iter().enumerate() {
            let hash = directory.code_hash(number as u32).expect("a hash for each page");
            if Sha256::digest(page)[..] != *hash {
                faults.push(format!("the hash of page {number} is not its SHA-256"));
            }
        }
    }
    if directories != 1 {
        faults.push(format!("{directories} code directories"));
    }
}

pub fn census(bytes: &[u8]) -> Census {
    let endian = Endianness::Little;
    let mut census = Census::default();
    for command in commands(bytes) {
        let Ok(Some((segment, section_data))) = command.segment_64() else { continue };
        if !segment.initprot.get(endian).contains(macho::VM_PROT_EXECUTE) {
            continue;
        }
        for section in segment.sections(endian, section_data).expect("sections") {
            let instructions = macho::S_ATTR_PURE_INSTRUCTIONS | macho::S_ATTR_SOME_INSTRUCTIONS;
            if section.flags(endian).intersects(instructions) {
                let code = section.data(endian, bytes, 0).expect("a section inside the file");
                census.aarch64(section.addr.get(endian), code);
            }
        }
    }
    census
}
