//! Step 2: one line on standard output, and what an error looks like.
//! docs/course/02-write.md explains it, and the folder `gate`.
#![no_std]
#![no_main]

mod gate;

use gate::{Stack, abi, call};

const TEXT: &[u8] = b"hello, kernel\n";

/// What it returns is the exit status: 0, or the number of the error.
fn program(_: Stack) -> u8 {
    // SAFETY: the kernel reads so many bytes of the text, all of which are there.
    let written = unsafe { call(abi::WRITE, [1, TEXT.as_ptr() as usize, TEXT.len()]) };
    match written {
        Ok(_) => 0,
        Err(errno) => errno,
    }
}
