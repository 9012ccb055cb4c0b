//! Step 6: one process becomes two, and the first waits for the second.
#![no_std]
#![no_main]

mod gate;

use gate::calls::{exit, fork, getpid, wait, write_all};
use gate::{Errno, Stack};
use svcd::text::{Buffer, decimal};

fn program(_: Stack) -> u8 {
    say("before", getpid());
    // Both come back from this call, with different answers.
    match fork() {
        Err(errno) => errno,
        Ok(None) => {
            say("child", getpid());
            exit(7)
        }
        Ok(Some(child)) => parent(child).err().unwrap_or(0),
    }
}

/// The kernel keeps how a child has ended until somebody asks. The status that it was
/// given is in the bits 8 to 15; a signal would be in 0 to 6.
fn parent(child: u32) -> Result<(), Errno> {
    let (pid, status) = wait(child as i32, 0)?;
    say("parent", getpid());
    say("ended", pid);
    say("status", status >> 8 & 0xff);
    Ok(())
}

fn say(what: &str, number: u32) {
    let mut room = [0; 64];
    let mut line = Buffer::new(&mut room);
    line.push(what.as_bytes());
    line.push(b" ");
    decimal::push(&mut line, number.into());
    line.push(b"\n");
    let _ = write_all(1, line.bytes());
}
