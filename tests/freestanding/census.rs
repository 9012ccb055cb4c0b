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
    /// data and come out of step, so every pair of bytes that reads as one of the
    /// instructions counts as one. That can only be too many: it also finds those
    /// that a jump into the middle of another instruction would execute.
    pub fn x86_64_among_data(&mut self, address: u64, bytes: &[u8]) {
        for at in 0..bytes.len() {
            let instruction = decoder(address + at as u64, &bytes[at..]).decode();
            // Prefixes would have the same instruction counted at each of them.
            if instruction.len() == 2 && instruction.code() != Code::INVALID {
                self.count(&instruction);
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
    assert_eq!(exact.traps, [Trap { address: 0x1028, immediate: None }]);
    assert_eq!((exact.other_gates.len(), exact.panic_sites, exact.undecoded), (2, 2, 0), "{exact:?}");
    let mut among = Census::default();
    among.x86_64_among_data(0x1000, &code);
    assert_eq!((among.traps.len(), among.other_gates.len(), among.panic_sites), (2, 3, 3), "{among:?}");

    let words = [0xd503_201f_u32, 0xd400_0001, 0xd400_1001, 0xd420_0020, 0xd420_0040, 0xd400_0002];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut census = Census::default();
    census.aarch64(0, &code);
    let trap = |address, immediate| Trap { address, immediate: Some(immediate) };
    assert_eq!((census.traps, census.panic_sites), (vec![trap(4, 0), trap(8, 0x80)], 1));
}
