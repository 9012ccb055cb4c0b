//! From the kernel's first instruction to `crate::program`.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char};

use super::calls;
use crate::MEMORY;

/// What a process begins with.
pub struct Start {
    /// The arguments behind the program's name.
    pub arguments: Arguments,
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
/// and this is the first and only call.
pub unsafe extern "C" fn enter(argc: usize, argv: *const *const c_char) -> ! {
    let mut arguments = Arguments { left: argc, next: argv };
    arguments.next();
    // SAFETY: this is the only place that names the memory, and it runs once,
    // so the reference is the only one there will ever be.
    let memory = unsafe { &mut *WORKING_MEMORY.0.get() };
    calls::exit(crate::program(Start { arguments, memory }))
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
