//! Step 8: the smallest web server: it says hello to everybody, one after the other.
//!
//! `08-hello [PORT]` listens on 127.0.0.1.
#![no_std]
#![no_main]

mod gate;

use gate::calls::{accept, close, read, write_all};
use gate::listen::listen;
use gate::{Errno, Stack};
use svcd::text::decimal;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";

fn program(stack: Stack) -> u8 {
    let port = stack.argument(1).and_then(|digits| decimal::parse(digits.to_bytes()));
    serve(port.unwrap_or(0) as u16).err().unwrap_or(0)
}

/// Comes back only with an error.
fn serve(port: u16) -> Result<(), Errno> {
    let listener = listen(port)?;
    loop {
        let connection = accept(listener)?;
        // What it is asked does not matter, but must be read: a connection that is closed
        // with bytes that nobody has read is reset, and the answer may be lost with it.
        let _ = read(connection, &mut [0; 2048]);
        let _ = write_all(connection, ANSWER);
        close(connection);
    }
}
