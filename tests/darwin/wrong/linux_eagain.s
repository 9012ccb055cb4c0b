// Compares an errno with Linux's EAGAIN, 11, which is EDEADLK on Darwin; EAGAIN
// is 35 there. The empty socket is non-blocking.
_main:
    mov x0, #1
    mov x1, #1
    mov x2, #0
    address x3, pair
    call SYS_socketpair
    address x9, pair
    ldr w0, [x9]
    mov x1, #4          // F_SETFL
    mov x2, #4          // O_NONBLOCK
    call SYS_fcntl
    address x9, pair
    ldr w0, [x9]
    address x1, buffer
    mov x2, #8
    call SYS_read
    b.cc Lwrong
.if RIGHT
    cmp x0, #35
.else
    cmp x0, #11
.endif
    b.ne Lwrong
    exit #0
Lwrong:
    exit #1
.data
.p2align 3
pair:   .long 0, 0
buffer: .quad 0
