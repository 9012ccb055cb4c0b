//! Step 1: a program that does nothing but end. docs/course/01-exit.md explains it.
//!
//! No library is linked, not even the one that calls `main`: what the kernel starts is
//! these instructions, and there are no others in the file.
#![no_std]
#![no_main]

use core::arch::naked_asm;

/// exit_group(42)
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("mov edi, 42", "mov eax, 231", "syscall")
}

/// exit_group(42)
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("mov x0, #42", "mov x8, #94", "svc #0")
}

/// exit(42); the loader calls `main`, because Darwin starts no program without it.
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn main() -> ! {
    naked_asm!("mov x0, #42", "mov x16, #1", "svc #0x80")
}

/// Rust wants to know what happens after a mistake. Nothing here can make one.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
