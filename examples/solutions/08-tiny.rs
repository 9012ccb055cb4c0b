//! The solution of an exercise of step 8: the same server by nothing but instructions.
//! `08-tiny PORT` listens on 127.0.0.1, or ends: listening after a bind that has failed
//! would be on all addresses. No other error is looked at.
#![no_std]
#![no_main]

use core::arch::naked_asm;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        // ebx: the port, from the digits of argv[1] up to the NUL.
        "mov rsi, [rsp + 16]; xor ebx, ebx; xor eax, eax",
        "2:",
        "lodsb; sub al, 48; jb 3f; imul ebx, ebx, 10; add ebx, eax; jmp 2b",
        // The sockaddr on the stack: 2, the port, 127.0.0.1, and 8 zeros.
        "3:",
        "rol bx, 8; shl ebx, 16; mov bl, 2; push 0; push 0x0100007f; shl qword ptr [rsp], 32",
        "or [rsp], rbx",
        // socket(2, 1, 0), setsockopt(_, 1, 2, a number that is not 0, 4), bind(_, rsp, 16),
        // listen(_, 1); pushes make short instructions.
        "push 41; pop rax; push 2; pop rdi; push 1; pop rsi; cdq; syscall; mov ebx, eax",
        "mov edi, eax; push 2; pop rdx; mov r10, rsp; push 4; pop r8; push 54; pop rax; syscall",
        "mov rsi, rsp; push 16; pop rdx; push 49; pop rax; syscall; test eax, eax; jnz 6f",
        "push 1; pop rsi; push 50; pop rax; syscall",
        // accept(_, 0, 0), read(_, room, 1024), write(_, answer, 63), close(_)
        "4:",
        "mov edi, ebx; xor esi, esi; push 43; pop rax; cdq; syscall; mov edi, eax",
        "lea rsi, [rsp - 1024]; mov edx, 1024; xor eax, eax; syscall; lea rsi, [rip + 5f]",
        "push 63; pop rdx; push 1; pop rax; syscall; push 3; pop rax; syscall; jmp 4b",
        // exit(-errno)
        "6:",
        "mov edi, eax; push 60; pop rax; syscall",
        "5:",
        ".ascii \"HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\nConnection: close\\r\\n\\r\\nhello\\n\"",
    )
}

/// The same for both systems on aarch64; sp leads to the sockaddr and, behind it, to room.
#[cfg(target_arch = "aarch64")]
macro_rules! serve {
    ($argument:literal, $number:literal, $trap:literal, $failed:literal,
     family $family:literal, level $level:literal, reuse $reuse:literal,
     $socket:literal, $setsockopt:literal, $bind:literal, $listen:literal, $accept:literal,
     $read:literal, $write:literal, $close:literal, $exit:literal) => {
        naked_asm!(
            $argument,
            "mov w9, #0",
            "mov w10, #10",
            "2:",
            "ldrb w2, [x1], #1",
            "subs w2, w2, #48",
            "b.lo 3f",
            "madd w9, w9, w10, w2",
            "b 2b",
            "3:",
            "rev16 w9, w9",
            "lsl w9, w9, #16",
            concat!("mov w3, #", $family),
            "orr w9, w9, w3",
            "mov w2, #0x7f",
            "movk w2, #0x100, lsl #16",
            "sub sp, sp, #1040",
            "stp w9, w2, [sp]",
            "str xzr, [sp, #8]",
            "mov x0, #2",
            "mov x1, #1",
            "mov x2, #0",
            concat!("mov ", $number, ", #", $socket),
            $trap,
            "mov w19, w0",
            concat!("mov x1, #", $level),
            concat!("mov x2, #", $reuse),
            "mov x3, sp",
            "mov x4, #4",
            concat!("mov ", $number, ", #", $setsockopt),
            $trap,
            "mov w0, w19",
            "mov x1, sp",
            "mov x2, #16",
            concat!("mov ", $number, ", #", $bind),
            $trap,
            $failed,
            "mov w0, w19",
            "mov x1, #1",
            concat!("mov ", $number, ", #", $listen),
            $trap,
            "4:",
            "mov w0, w19",
            "mov x1, #0",
            "mov x2, #0",
            concat!("mov ", $number, ", #", $accept),
            $trap,
            "mov w20, w0",
            "add x1, sp, #16",
            "mov x2, #1024",
            concat!("mov ", $number, ", #", $read),
            $trap,
            "mov w0, w20",
            "adr x1, 5f",
            "mov x2, #63",
            concat!("mov ", $number, ", #", $write),
            $trap,
            "mov w0, w20",
            concat!("mov ", $number, ", #", $close),
            $trap,
            "b 4b",
            "6:",
            concat!("mov ", $number, ", #", $exit),
            $trap,
            "5:",
            ".ascii \"HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\nConnection: close\\r\\n\\r\\nhello\\n\"",
        )
    };
}

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    serve!(
        "ldr x1, [sp, #16]", "x8", "svc #0", "cbnz w0, 6f",
        family "0x0002", level "1", reuse "2",
        198, 208, 200, 201, 202, 63, 64, 57, 94
    )
}

#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn main() -> ! {
    serve!(
        "ldr x1, [x1, #8]", "x16", "svc #0x80", "b.cs 6f",
        family "0x0210", level "0xffff", reuse "4",
        97, 105, 104, 106, 30, 3, 4, 6, 1
    )
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
