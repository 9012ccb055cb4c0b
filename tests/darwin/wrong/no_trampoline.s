// Fills struct sigaction as on Linux, without sa_tramp. The kernel starts the
// handler there, so the processor jumps to 0.
_main:
    mov x0, #SIGUSR1
    address x1, action
    address x2, handler
    str x2, [x1]
.if RIGHT
    address x2, trampoline
    str x2, [x1, #8]
.endif
    mov x2, #0
    call SYS_sigaction
    call SYS_getpid
    mov x1, #SIGUSR1
    mov x2, #1
    call SYS_kill
    // The handler has run when kill returns.
    address x1, seen
    ldr w0, [x1]
    call 1

handler:                // x0: signal number
    address x1, seen
    str w0, [x1]
    ret

trampoline:             // x0 handler, x1 style, x2 signal, x3 siginfo, x4 ucontext, x5 token
    mov x19, x0
    mov x20, x4
    mov x21, x5
    mov x0, x2
    blr x19
    mov x0, x20
    mov x1, #30
    mov x2, x21
    call SYS_sigreturn
    brk #1
.data
.p2align 3
action: .quad 0, 0
        .long 0, 0
seen:   .long 0
