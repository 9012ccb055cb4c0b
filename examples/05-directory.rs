//! Step 5: the names in a folder, as the kernel writes them: records of different
//! lengths, one behind the other.
#![no_std]
#![no_main]

mod gate;

use gate::calls::{Fd, open, read_directory, write_all};
use gate::system::{D_NAME, D_TYPE};
use gate::{Errno, Stack};
use svcd::text::Buffer;

fn program(stack: Stack) -> u8 {
    let folder = open(stack.argument(1).unwrap_or(c"."));
    folder.and_then(list).err().unwrap_or(0)
}

fn list(folder: Fd) -> Result<(), Errno> {
    // Darwin keeps the last four bytes of a buffer for itself.
    let mut buffer = [0; 4096];
    loop {
        let count = read_directory(folder, &mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let mut records = buffer.get(..count).unwrap_or_default();
        while let Some((record, rest)) = first(records) {
            print(record)?;
            records = rest;
        }
    }
}

/// The first record and those behind it: its length is in the bytes 16 and 17.
fn first(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = records.get(16..18)?.first_chunk()?;
    records.split_at_checked(u16::from_ne_bytes(*length).into())
}

/// The type as a letter, and the name, which ends in NUL.
fn print(record: &[u8]) -> Result<(), Errno> {
    let kind = match record.get(D_TYPE) {
        Some(4) => b'd',
        Some(8) => b'-',
        Some(10) => b'l',
        _ => b'?',
    };
    let name = record.get(D_NAME..).unwrap_or_default().split(|byte| *byte == 0).next();
    let mut room = [0; 300];
    let mut line = Buffer::new(&mut room);
    line.push_byte(kind);
    line.push(b" ");
    line.push(name.unwrap_or_default());
    line.push(b"\n");
    write_all(1, line.bytes())
}
