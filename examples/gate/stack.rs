//! What a process begins with; step 3 prints it, later steps only ask.

use core::ffi::{CStr, c_char};

/// Where the kernel, or Darwin's loader, has put the arguments: `argc` pointers at
/// `argv`, a null pointer, those of the environment, and another null pointer.
#[derive(Clone, Copy)]
pub struct Stack {
    pub argc: usize,
    pub argv: *const *const c_char,
}

impl Stack {
    pub fn argument(self, place: usize) -> Option<&'static CStr> {
        // SAFETY: there are so many pointers, to strings that live as long as we do.
        (place < self.argc).then(|| unsafe { CStr::from_ptr(*self.argv.add(place)) })
    }

    /// The value of `NAME=VALUE`; `name` ends in `=`.
    pub fn variable(self, name: &str) -> Option<&'static [u8]> {
        let lines = (self.argc + 1..).map_while(|place| {
            // SAFETY: behind argv and its null pointer there are pointers to strings, and
            // the null pointer at their end is where this stops.
            let line = unsafe { *self.argv.add(place) };
            // SAFETY: as above.
            (!line.is_null()).then(|| unsafe { CStr::from_ptr(line).to_bytes() })
        });
        lines.into_iter().find_map(|line| line.strip_prefix(name.as_bytes()))
    }

    /// The pointers of the environment, as execve(2) wants them.
    pub fn environment(self) -> *const *const c_char {
        // SAFETY: a null pointer stands between the two.
        unsafe { self.argv.add(self.argc + 1) }
    }
}
