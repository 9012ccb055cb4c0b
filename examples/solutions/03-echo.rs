//! The solution of an exercise of step 3: the arguments, as echo(1) prints them.
#![no_std]
#![no_main]

#[path = "../gate/mod.rs"]
mod gate;

use gate::calls::write_all;
use gate::{Errno, Stack};

fn program(stack: Stack) -> u8 {
    echo(stack).err().unwrap_or(0)
}

fn echo(stack: Stack) -> Result<(), Errno> {
    for place in 1..stack.argc {
        let argument = stack.argument(place).unwrap_or_default();
        write_all(1, argument.to_bytes())?;
        write_all(1, if place + 1 < stack.argc { b" " } else { b"" })?;
    }
    write_all(1, b"\n")
}
