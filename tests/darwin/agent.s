// Makes the calls that it is told to make. It reads orders of eleven 64-bit
// words from descriptor 0 and answers on descriptor 1 (see agent.py):
//   0: a call; x0 to x7, then x16. Answer: x0, x1, carry, x18.
//   1: memory at word 1, word 2 bytes. Answer: those bytes.
//   2: word 2 bytes follow, which go to the address in word 1. No answer.
//   3: where things are. Answer: buffer, handler, trampoline, seen.
//   4: waits, without a call, until a signal was handled. Answer: as 3.
//   5: forks; the child sleeps word 2 milliseconds and exits with word 1.
//      Answer: the parent's x0, x1, carry, x18.
//   6: the same call as 0 in a child, which then exits with x0 (or with the
//      errno and 128). Answer: as 5.
_main:
    address x19, order
    address x20, answer
    address x28, seen
Lnext:
    mov x21, x19
    mov x22, #88
Lmore:
    mov x0, #0
    mov x1, x21
    mov x2, x22
    call SYS_read
    b.cs Lagain
    cbz x0, Lend
    add x21, x21, x0
    subs x22, x22, x0
    b.ne Lmore
    ldr x9, [x19]
    cmp x9, #1
    b.eq Lpeek
    cmp x9, #2
    b.eq Lpoke
    cmp x9, #3
    b.eq Lwhere
    cmp x9, #4
    b.eq Lspin
    cmp x9, #5
    b.eq Lfork
    cmp x9, #6
    b.eq Lfork
    bl do_call
Lreply:
    mov x0, #1
    mov x1, x20
    mov x2, #32
    call SYS_write
    b Lnext
Lagain:
    cmp x0, #4              // EINTR
    b.eq Lmore
Lend:
    exit #0

Lpeek:
    mov x0, #1
    ldp x1, x2, [x19, #8]
    call SYS_write
    b Lnext

Lpoke:
    ldp x21, x22, [x19, #8]
Lpoke_more:
    cbz x22, Lnext
    mov x0, #0
    mov x1, x21
    mov x2, x22
    call SYS_read
    b.cs Lend
    cbz x0, Lend
    add x21, x21, x0
    sub x22, x22, x0
    b Lpoke_more

Lspin:
    ldr w9, [x28]
    cbz w9, Lspin
Lwhere:
    address x9, buffer
    address x10, handler
    stp x9, x10, [x20]
    address x9, trampoline
    stp x9, x28, [x20, #16]
    b Lreply

Lfork:
    call SYS_fork
    cset x9, cs
    cbnz x1, Lchild
    stp x0, x1, [x20]
    stp x9, x18, [x20, #16]
    b Lreply
Lchild:
    ldr x9, [x19]
    cmp x9, #6
    b.eq Lchild_call
    mov x0, #0
    mov x1, #0
    ldr x2, [x19, #16]
    call SYS_poll
    ldr x0, [x19, #8]
    call 1
Lchild_call:
    bl do_call
    ldp x0, x1, [x20]
    ldr x9, [x20, #16]
    add x0, x0, x9, lsl #7
    call 1

do_call:
    ldp x0, x1, [x19, #8]
    ldp x2, x3, [x19, #24]
    ldp x4, x5, [x19, #40]
    ldp x6, x7, [x19, #56]
    ldr x16, [x19, #72]
    mov x18, #99
    svc #0x80
    cset x9, cs
    stp x0, x1, [x20]
    stp x9, x18, [x20, #16]
    ret

// Counts the signals at `seen` and keeps number and siginfo behind it. With
// word 10 of the order it returns through a register it may use.
handler:                    // x0 number, x1 siginfo, x2 ucontext
    address x9, seen
    ldr w10, [x9]
    add w10, w10, #1
    stp w10, w0, [x9]
    mov x11, #0
Lcopy:
    ldr x12, [x1, x11]
    add x13, x9, #8
    str x12, [x13, x11]
    add x11, x11, #8
    cmp x11, #104
    b.ne Lcopy
    ret

trampoline:                 // x0 handler, x1 style, x2 signal, x3 siginfo, x4 ucontext, x5 token
    mov x9, x0
    stp x4, x5, [sp, #-32]!
    str x1, [sp, #16]
    mov x0, x2
    mov x1, x3
    mov x2, x4
    blr x9
    address x9, seen
    ldr x1, [sp, #16]
    str x1, [x9, #112]
    ldp x0, x2, [sp], #32
    mov x1, #30
    call SYS_sigreturn
    brk #1

.bss
.p2align 14
buffer: .space 0x20000
order:  .space 96
answer: .space 32
seen:   .space 128
