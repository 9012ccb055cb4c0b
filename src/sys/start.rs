//! From the kernel's first instruction to `crate::program`.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char};

use super::calls;
use crate::MEMORY;

/// What a process begins with.
pub struct Start {
    /// The arguments behind the program's name.
    pub arguments: Arguments,
    /// What it was told by who started it.
    pub environment: Environment,
    /// The program's working memory: zeros that cost no page and no byte of
    /// the binary until they are touched.
    pub memory: &'static mut [u8; MEMORY],
}

struct Memory(UnsafeCell<[u8; MEMORY]>);

// SAFETY: the program has one thread.
unsafe impl Sync for Memory {}

static WORKING_MEMORY: Memory = Memory(UnsafeCell::new([0; MEMORY]));

/// Called by the entry of each target, once, with the arguments as the kernel
/// or the loader laid them out.
///
/// # Safety
/// `argv` holds `argc` pointers to C strings that live as long as the process,
/// a null pointer, and so those of the environment with another one; and this is the first and only call.
pub unsafe extern "C" fn enter(argc: usize, argv: *const *const c_char) -> ! {
    let mut arguments = Arguments { left: argc, next: argv };
    // SAFETY: behind the pointers and the null pointer at their end are those of
    // the environment, on every system.
    let environment = Environment(unsafe { argv.add(argc + 1) });
    arguments.next();
    // SAFETY: this is the only place that names the memory, and it runs once,
    // so the reference is the only one there will ever be.
    let memory = unsafe { &mut *WORKING_MEMORY.0.get() };
    calls::exit(crate::program(Start { arguments, environment, memory }))
}

/// The arguments of the program.
pub struct Arguments {
    left: usize,
    next: *const *const c_char,
}

impl Iterator for Arguments {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: `enter` was promised `left` valid pointers here, and this one
        // is counted.
        unsafe {
            let argument = CStr::from_ptr(*self.next);
            self.next = self.next.add(1);
            Some(argument)
        }
    }
}

/// The variables that the process was started with, `NAME=VALUE`.
#[derive(Clone, Copy)]
pub struct Environment(*const *const c_char);

impl Iterator for Environment {
    type Item = &'static [u8];

    fn next(&mut self) -> Option<&'static [u8]> {
        // SAFETY: `enter` was promised valid pointers up to a null pointer, which
        // is not passed, to strings that live as long as the process.
        unsafe {
            let line = *self.0;
            if line.is_null() {
                return None;
            }
            self.0 = self.0.add(1);
            Some(CStr::from_ptr(line).to_bytes())
        }
    }
}
