// Calls sigreturn with a token of its own invention. The first sigaction asked
// for the token to be checked (0x400), so it is EINVAL (22).
_main:
    mov x0, #SIGUSR1
    address x1, action
    address x2, handler
    str x2, [x1]
    address x2, trampoline
    str x2, [x1, #8]
    mov x2, #0
    call SYS_sigaction
    call SYS_getpid
    mov x1, #SIGUSR1
    mov x2, #1
    call SYS_kill
    exit #0
handler:
    ret
trampoline:
    mov x0, x4
    mov x1, #30
    mov x2, x5
.if !RIGHT
    eor x2, x2, #1
.endif
    call SYS_sigreturn
    call 1              // only after an error
.data
.p2align 3
action: .quad 0, 0
        .long 0, 0x400
