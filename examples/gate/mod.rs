//! What the steps have in common: the way into the kernel. docs/course/02-write.md
//! explains this file and the one for your machine.
// Each step needs a part of it.
#![allow(dead_code, unused_imports)]

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "linux_x86_64.rs"]
pub mod abi;

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
#[path = "linux_aarch64.rs"]
pub mod abi;

#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
#[path = "darwin_aarch64.rs"]
pub mod abi;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
pub mod system;

#[cfg(target_os = "macos")]
#[path = "darwin.rs"]
pub mod system;

// The compiler calls it to clear memory: Darwin's libc would have it.
#[cfg(target_os = "macos")]
#[path = "../../src/sys/darwin/memory.rs"]
mod memory;

pub mod calls;
pub mod listen;
pub mod stack;

pub use stack::Stack;

/// What went wrong, by its number in errno(3).
pub type Errno = u8;

/// Makes the system call `number` with up to six arguments.
///
/// # Safety
/// What the kernel takes for an address must be one, of memory that it may read or
/// write as this call does.
pub unsafe fn call<const N: usize>(number: usize, arguments: [usize; N]) -> Result<usize, Errno> {
    // SAFETY: the caller answers for it.
    unsafe { call2(number, arguments) }.map(|[first, _]| first)
}

/// The same, with both registers that a result may be in.
///
/// # Safety
/// As for [`call`].
pub unsafe fn call2<const N: usize>(number: usize, arguments: [usize; N]) -> Result<[usize; 2], Errno> {
    let mut six = [0; 6];
    six.iter_mut().zip(arguments).for_each(|(place, argument)| *place = argument);
    // SAFETY: the caller answers for it.
    unsafe { abi::trap(number, six) }
}

/// What every entry goes to.
extern "C" fn begin(argc: usize, argv: *const *const core::ffi::c_char) -> ! {
    calls::exit(crate::program(Stack { argc, argv }))
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    calls::exit(101)
}
