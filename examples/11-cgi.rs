//! Step 11: a CGI program, for svcd to run: it says what it was asked, and how much it
//! was sent. The request is in its environment, the content on its standard input; its
//! standard output goes to the client.
#![no_std]
#![no_main]

mod gate;

use gate::calls::{read, write_all};
use gate::{Errno, Stack};
use svcd::text::{Buffer, decimal};

fn program(stack: Stack) -> u8 {
    answer(stack).err().unwrap_or(0)
}

fn answer(stack: Stack) -> Result<(), Errno> {
    let sent = count()?;
    let mut room = [0; 32768];
    let mut page = Buffer::new(&mut room);
    // text/plain: whoever asks chooses what stands here, and none of it must be a script.
    page.push(b"Content-Type: text/plain; charset=utf-8\n\n");
    for name in ["REQUEST_METHOD=", "SCRIPT_NAME=", "PATH_INFO=", "QUERY_STRING=", "CONTENT_TYPE="] {
        if let Some(value) = stack.variable(name) {
            page.push(name.as_bytes());
            page.push(value);
            page.push(b"\n");
        }
    }
    decimal::push(&mut page, sent);
    page.push(b" bytes on standard input\n");
    write_all(1, page.bytes())
}

/// To the end: the server waits until its pipe is read, or gives up.
fn count() -> Result<u64, Errno> {
    let (mut buffer, mut sum) = ([0; 4096], 0);
    loop {
        match read(0, &mut buffer)? {
            0 => return Ok(sum),
            count => sum += count as u64,
        }
    }
}
