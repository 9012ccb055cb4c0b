//! From the kernel's first instruction to `crate::program`.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char};
use core::{ptr, slice};

use super::errno::Errno;
use super::{calls, os};
use crate::MEMORY;
use svcd::text::find;

/// What a process begins with.
pub struct Start {
    /// The arguments behind the program's name.
    pub arguments: Arguments,
    /// What it was told by who started it.
    pub environment: Environment,
    /// The program and all that it was started with.
    pub itself: Itself,
    /// The program's working memory: zeros that cost no page and no byte of
    /// the binary until they are touched.
    pub memory: &'static mut [u8; MEMORY],
}

/// Its parts that are used together should lie in few pages: each is a fault of each
/// child.
#[repr(align(4096))]
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
    let itself = Itself { arguments: argv, count: argc, environment };
    arguments.next();
    // SAFETY: this is the only place that names the memory, and it runs once,
    // so the reference is the only one there will ever be.
    let memory = unsafe { &mut *WORKING_MEMORY.0.get() };
    calls::exit(crate::program(Start { arguments, environment, itself, memory }))
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

impl Environment {
    /// The value of a variable.
    pub fn get(mut self, name: &[u8]) -> Option<&'static [u8]> {
        self.find_map(|line| line.strip_prefix(name)?.strip_prefix(b"="))
    }

    /// What the kernel or the loader has laid out behind the variables.
    pub(super) fn end(mut self) -> *const *const c_char {
        self.by_ref().for_each(drop);
        // SAFETY: the null pointer is not passed yet.
        unsafe { self.0.add(1) }
    }

    /// The value of this kind in the auxiliary vector (getauxval(3)).
    #[cfg(target_os = "linux")]
    pub fn auxiliary(self, kind: usize) -> Option<usize> {
        let pairs = self.end().cast::<[usize; 2]>();
        // SAFETY: there are pairs of words, up to one of kind 0; the first that is
        // found ends the search.
        let pairs = (0..).map(|place| unsafe { *pairs.add(place) });
        pairs.take_while(|pair| pair[0] != 0).find(|pair| pair[0] == kind).map(|pair| pair[1])
    }
}

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

/// The program as it was started.
#[derive(Clone, Copy)]
pub struct Itself {
    arguments: *const *const c_char,
    count: usize,
    environment: Environment,
}

/// Variables that a new program gets at the most.
const VARIABLES: usize = 1024;

impl Itself {
    /// Becomes the program that is where this one was started from, which may be
    /// a newer one by now, with the same arguments and variables and one more
    /// or another one, `NAME=VALUE`. Returns only with an error.
    pub fn execute(&self, variable: &CStr) -> Errno {
        // SAFETY: `enter` was promised so many pointers and a null pointer.
        let arguments = unsafe { slice::from_raw_parts(self.arguments, self.count + 1) };
        let name = variable.to_bytes();
        let end = find(name, b'=').unwrap_or(0);
        let name = name.get(..=end).unwrap_or_default();
        let mut room = [ptr::null(); VARIABLES + 2];
        let mut places = room.iter_mut().take(VARIABLES);
        for line in self.environment.filter(|line| !line.starts_with(name)) {
            let Some(place) = places.next() else { return Errno::E2BIG };
            // With the NUL that stands behind it.
            *place = line.as_ptr().cast();
        }
        let used = VARIABLES - places.len();
        if let Some(place) = room.get_mut(used) {
            *place = variable.as_ptr();
        }
        let path = os::own_path(self.environment);
        path.map_or(Errno::ENOENT, |path| {
            calls::execve(path, arguments, room.get(..used + 2).unwrap_or_default())
        })
    }
}
