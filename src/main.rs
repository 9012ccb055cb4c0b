//! The program: options, listen, serve.
//!
//! `sys` is the cellar and the only place for `unsafe`; `server` has the rooms
//! that a request walks through; the library `svcd` decides what can be
//! decided without an operating system.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod server;
mod sys;

use svcd::options::{self, Command, Options};
use sys::{Fd, Start};

/// Bytes of working memory for one process, taken once and divided by
/// `server::Memory`.
const MEMORY: usize = server::MEMORY;

/// Exit codes: a usage error is not a failure.
const SUCCESS: u8 = 0;
const FAILURE: u8 = 1;
const USAGE: u8 = 2;

/// Called by `sys::start` with the process's arguments.
fn program(start: Start) -> u8 {
    let mut options = Options::default();
    match options::parse(start.arguments, &mut options) {
        Ok(Command::Serve) => {}
        #[cfg(feature = "trace")]
        Ok(Command::Help) => return print(options::HELP).max(print(options::trace::HELP)),
        #[cfg(not(feature = "trace"))]
        Ok(Command::Help) => return print(options::HELP),
        Ok(Command::Version) => return print(options::VERSION),
        Err(error) => {
            server::message::usage(&error);
            return USAGE;
        }
    }
    #[cfg(feature = "trace")]
    if let Err(code) = trace(&options.trace) {
        return code;
    }
    match server::run(&options, start.itself, start.environment, start.memory) {
        Ok(()) => SUCCESS,
        Err(error) => {
            server::message::failure(&error);
            FAILURE
        }
    }
}

/// Begins to print calls, if that is wanted.
#[cfg(feature = "trace")]
fn trace(settings: &svcd::trace::Settings<'static>) -> Result<(), u8> {
    use server::{About, RunError, message};
    if let Some(word) = sys::trace::unknown_word(settings.set) {
        message::usage(&options::trace::unknown(word));
        return Err(USAGE);
    }
    sys::trace::start(*settings).map_err(|failure| {
        let about = settings.output.map_or(About::Nothing, About::Path);
        message::failure(&RunError::Call(failure, about));
        FAILURE
    })
}

fn print(text: &str) -> u8 {
    match sys::fs::write(Fd::STDOUT, text.as_bytes()) {
        Ok(count) if count == text.len() => SUCCESS,
        _ => FAILURE,
    }
}

/// Release builds have no panic machinery: a panic is one trapping instruction
/// there. Debug builds end up here and say where.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    server::message::panic(info);
    sys::process::exit(FAILURE)
}
