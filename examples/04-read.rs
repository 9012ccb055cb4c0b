//! Step 4: a file on standard output, as cat(1) does it.
#![no_std]
#![no_main]

mod gate;

use gate::calls::{Fd, close, open, read, write_all};
use gate::{Errno, Stack};

fn program(stack: Stack) -> u8 {
    let Some(path) = stack.argument(1) else {
        let _ = write_all(2, b"usage: 04-read FILE\n");
        return 2;
    };
    let copied = open(path).and_then(|file| {
        let copied = copy(file, 1);
        close(file);
        copied
    });
    copied.err().unwrap_or(0)
}

/// Until read(2) says that there is nothing more.
fn copy(from: Fd, to: Fd) -> Result<(), Errno> {
    let mut buffer = [0; 4096];
    loop {
        let count = read(from, &mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        write_all(to, buffer.get(..count).unwrap_or_default())?;
    }
}
