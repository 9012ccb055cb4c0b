// The gate of svcd on its three targets. Each is a whole function: the compiler
// adds nothing to it. The C calling convention has put the six arguments where
// the kernel wants them already; the number of the call comes seventh.

// aarch64 Linux: the number goes to x8. An error comes back as -errno in x0.

        mov     x8, x6
        svc     #0
        ret

// aarch64 Darwin: the number goes to x16. An error comes back as a positive
// errno in x0 with the carry flag set; it is negated while the flag still tells.

        mov     x16, x6
        svc     #0x80
        b.cc    1f
        neg     x0, x0
1:      ret

// x86_64 Linux: the number goes to rax, and the fourth argument to r10, because
// the instruction itself keeps the return address in rcx (and the flags in r11).

        mov     rax, [rsp + 8]
        mov     r10, rcx
        syscall
        ret
