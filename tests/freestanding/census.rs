//! Counts the instructions that matter in a program's code.

use iced_x86::{Code, Decoder, DecoderOptions, Instruction};

/// One instruction that enters the kernel.
#[derive(Debug, PartialEq, Eq)]
pub struct Trap {
    pub address: u64,
    /// The number in the instruction, where it has one.
    pub immediate: Option<u16>,
}

#[derive(Debug, Default)]
pub struct Census {
    pub traps: Vec<Trap>,
    /// Where x86 code enters the kernel the old ways: `int 0x80`, `sysenter`.
    pub other_gates: Vec<u64>,
    /// What a panic comes down to when it aborts at once: `brk #1`, `ud2`.
    pub panic_sites: usize,
    /// Bytes in x86 code that are no instruction; none if sections tell what is code.
    pub undecoded: usize,
}

impl Census {
    /// Every word of aarch64 code. A word of data that looks like a trap would
    /// be counted too: then the test fails, which is the safe side.
    pub fn aarch64(&mut self, address: u64, code: &[u8]) {
        for (word, at) in code.chunks_exact(4).zip((address..).step_by(4)) {
            let word = u32::from_le_bytes(word.try_into().expect("four bytes"));
            if word & 0xffe0_001f == 0xd400_0001 {
                let immediate = Some((word >> 5 & 0xffff) as u16);
                self.traps.push(Trap { address: at, immediate });
            } else if word == 0xd420_0020 {
                self.panic_sites += 1;
            }
        }
    }

    /// x86 code and nothing else, decoded from its first byte to its last.
    pub fn x86_64(&mut self, address: u64, code: &[u8]) {
        for instruction in decoder(address, code) {
            self.count(&instruction);
        }
    }

    /// x86 code somewhere among read-only data, as in a segment of a file whose
    /// section headers are gone. Decoding from the start would run through the
    /// data and come out of step. So every pair of bytes that could be one of
    /// the instructions is looked at: it is one if most of the places shortly
    /// before it, decoded from there, lead to it. (x86 code falls into step
    /// within a few instructions, wherever one begins.)
    pub fn x86_64_among_data(&mut self, address: u64, bytes: &[u8]) {
        const PAIRS: [[u8; 2]; 4] = [[0x0f, 0x05], [0x0f, 0x34], [0xcd, 0x80], [0x0f, 0x0b]];
        for at in 0..bytes.len().saturating_sub(1) {
            if !PAIRS.contains(&[bytes[at], bytes[at + 1]]) {
                continue;
            }
            let starts = at.saturating_sub(64)..=at.saturating_sub(32);
            let count = starts.clone().count();
            let leading = starts.filter(|start| leads_to(&bytes[*start..], at - start)).count();
            if leading * 2 > count {
                self.count(&decoder(address + at as u64, &bytes[at..]).decode());
            }
        }
    }

    fn count(&mut self, instruction: &Instruction) {
        let address = instruction.ip();
        match instruction.code() {
            Code::Syscall => self.traps.push(Trap { address, immediate: None }),
            Code::Sysenter => self.other_gates.push(address),
            Code::Int_imm8 if instruction.immediate8() == 0x80 => self.other_gates.push(address),
            Code::Ud2 => self.panic_sites += 1,
            Code::INVALID => self.undecoded += 1,
            _ => {}
        }
    }
}

/// Does decoding from the first byte reach an instruction that begins at `goal`?
fn leads_to(bytes: &[u8], goal: usize) -> bool {
    let mut instructions = decoder(0, bytes).into_iter().map(|instruction| instruction.ip() as usize);
    instructions.find(|at| *at >= goal) == Some(goal)
}

fn decoder(address: u64, code: &[u8]) -> Decoder<'_> {
    Decoder::with_ip(64, code, address, DecoderOptions::NONE)
}

#[test]
fn instructions_are_told_from_what_looks_like_them() {
    let code: Vec<u8> = [
        &[0x90; 40][..],
        &[0x0f, 0x05],                   // syscall
        &[0xb8, 0x0f, 0x05, 0x00, 0x00], // mov eax, 0x50f
        &[0xb8, 0xcd, 0x80, 0x0f, 0x0b], // mov eax, 0xb0f80cd
        &[0xcd, 0x80],                   // int 0x80
        &[0xcd, 0x81],                   // int 0x81
        &[0x0f, 0x34],                   // sysenter
        &[0x0f, 0x0b],                   // ud2
        &[0x0f, 0x0b],                   // ud2
    ]
    .concat();
    let mut exact = Census::default();
    exact.x86_64(0x1000, &code);
    let mut among = Census::default();
    among.x86_64_among_data(0x1000, &code);
    for census in [exact, among] {
        assert_eq!(census.traps, [Trap { address: 0x1028, immediate: None }]);
        assert_eq!((census.other_gates.len(), census.panic_sites, census.undecoded), (2, 2, 0), "{census:?}");
    }

    let words = [0xd503_201f_u32, 0xd400_0001, 0xd400_1001, 0xd420_0020, 0xd420_0040, 0xd400_0002];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut census = Census::default();
    census.aarch64(0, &code);
    let trap = |address, immediate| Trap { address, immediate: Some(immediate) };
    assert_eq!((census.traps, census.panic_sites), (vec![trap(4, 0), trap(8, 0x80)], 1));
}
