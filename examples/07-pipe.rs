//! Step 7: two programs and a pipe between them, as a shell does for `A | B`.
#![no_std]
#![no_main]

mod gate;

use core::ffi::CStr;
use core::ptr;

use gate::calls::{Fd, close, duplicate, execute, exit, fork, pipe, wait, write_all};
use gate::{Errno, Stack};

fn program(stack: Stack) -> u8 {
    let (Some(first), Some(second)) = (stack.argument(1), stack.argument(2)) else {
        let _ = write_all(2, b"usage: 07-pipe PROGRAM PROGRAM\n");
        return 2;
    };
    run(stack, first, second).unwrap_or_else(|errno| errno)
}

/// The status of the second program.
fn run(stack: Stack, first: &CStr, second: &CStr) -> Result<u8, Errno> {
    let ends = pipe()?;
    let [read_end, write_end] = ends;
    start(stack, first, write_end, 1, ends)?;
    let last = start(stack, second, read_end, 0, ends)?;
    // The second program sees the end of its input when nobody can write any more: as
    // long as this process could, it would wait for ever.
    ends.into_iter().for_each(close);
    let (_, status) = wait(last as i32, 0)?;
    // The first one, which has ended, or will by SIGPIPE when it writes.
    let _ = wait(-1, 0);
    Ok((status >> 8) as u8)
}

/// A child that has `end` as its standard input or output, and becomes `path`.
fn start(stack: Stack, path: &CStr, end: Fd, place: Fd, ends: [Fd; 2]) -> Result<u32, Errno> {
    if let Some(pid) = fork()? {
        return Ok(pid);
    }
    let _ = duplicate(end, place);
    ends.into_iter().for_each(close);
    exit(execute(path, &[path.as_ptr(), ptr::null()], stack.environment()))
}
