//! Step 3: what is on the stack when a program begins: a count, the addresses of the
//! arguments, those of the environment, and each string.
#![no_std]
#![no_main]

mod gate;

use core::ffi::{CStr, c_char};

use gate::Stack;
use gate::calls::write_all;
use svcd::text::{Buffer, decimal};

fn program(stack: Stack) -> u8 {
    let mut room = [0; 64];
    let mut line = Buffer::new(&mut room);
    line.push(b"argc = ");
    decimal::push(&mut line, stack.argc as u64);
    line.push(b"\n");
    let _ = write_all(1, line.bytes());
    let behind = words(b"argv", stack.argv);
    words(b"envp", behind);
    0
}

/// Prints each word from `next` on and the string that it leads to, up to a word of
/// zeros; returns what is behind that.
fn words(name: &[u8], mut next: *const *const c_char) -> *const *const c_char {
    for place in 0.. {
        // SAFETY: there are addresses of strings up to a null pointer, which ends this.
        let word = unsafe { *next };
        let mut room = [0; 128];
        let mut line = Buffer::new(&mut room);
        hexadecimal(&mut line, next as usize);
        line.push(b"  ");
        line.push(name);
        line.push(b"[");
        decimal::push(&mut line, place);
        line.push(b"] = ");
        hexadecimal(&mut line, word as usize);
        line.push(b"  ");
        let _ = write_all(1, line.bytes());
        // SAFETY: the null pointer is a word of the stack, and another follows.
        next = unsafe { next.add(1) };
        if word.is_null() {
            let _ = write_all(1, b"the end\n");
            break;
        }
        // SAFETY: it is the address of a string, which ends in NUL.
        let _ = write_all(1, unsafe { CStr::from_ptr(word) }.to_bytes());
        let _ = write_all(1, b"\n");
    }
    next
}

/// An address has 12 digits at the most on these machines.
fn hexadecimal(line: &mut Buffer, value: usize) {
    line.push(b"0x");
    for place in (0..12).rev() {
        let digit = (value >> (4 * place)) as u8 & 15;
        line.push_byte(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
    }
}
