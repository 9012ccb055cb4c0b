// Leaves something in x2 at gettimeofday. The kernel writes the absolute time
// through it.
_main:
    address x0, time
    mov x1, #0
.if RIGHT
    mov x2, #0
.else
    address x2, precious
.endif
    call SYS_gettimeofday
    address x1, precious
    ldr x0, [x1]
    cmp x0, #7
    b.ne Llost
    exit #0
Llost:
    exit #1
.data
.p2align 3
time:     .quad 0, 0
precious: .quad 7
