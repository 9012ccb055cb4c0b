//! Step 9: a process for each connection, so that nobody waits for somebody else. What
//! arrives goes back; try it with nc(1).
//!
//! `09-processes [PORT]` listens on 127.0.0.1.
#![no_std]
#![no_main]

mod gate;

use gate::calls::{Fd, accept, close, exit, fork, read, wait, write_all};
use gate::listen::listen;
use gate::{Errno, Stack};
use svcd::text::decimal;

/// Of wait4(2): come back at once if nobody has ended.
const WNOHANG: usize = 1;

fn program(stack: Stack) -> u8 {
    let port = stack.argument(1).and_then(|digits| decimal::parse(digits.to_bytes()));
    serve(port.unwrap_or(0) as u16).err().unwrap_or(0)
}

/// The parent: comes back only with an error.
fn serve(port: u16) -> Result<(), Errno> {
    let listener = listen(port)?;
    loop {
        let connection = accept(listener)?;
        if fork()?.is_none() {
            close(listener);
            let _ = echo(connection);
            exit(0)
        }
        // The child has it. As long as the parent has it too, the client would never see
        // its end.
        close(connection);
        // Children that have ended are kept until somebody asks how.
        while matches!(wait(-1, WNOHANG), Ok((1.., _))) {}
    }
}

/// The child: until the client has said all.
fn echo(connection: Fd) -> Result<(), Errno> {
    let mut buffer = [0; 4096];
    loop {
        let count = read(connection, &mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        write_all(connection, buffer.get(..count).unwrap_or_default())?;
    }
}
