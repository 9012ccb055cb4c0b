// Has nothing left to send and says so with a length of 0, which means "up to
// the end of the file": the six bytes behind offset 4 go out. The file is the
// first argument, ten bytes long.
_main:
    ldr x19, [x1, #8]
    mov x0, #1          // AF_UNIX
    mov x1, #1          // SOCK_STREAM
    mov x2, #0
    address x3, pair
    call SYS_socketpair
    b.cs Lfailed
    mov x0, #AT_FDCWD
    mov x1, x19
    mov x2, #0
    mov x3, #0
    call SYS_openat
    b.cs Lfailed
.if RIGHT
    b Ldone
.endif
    address x1, pair
    ldr w1, [x1]
    mov x2, #4
    address x3, length
    mov x4, #0
    mov x5, #0
    call SYS_sendfile
    b.cs Lfailed
Ldone:
    address x1, length
    ldr x0, [x1]
    call 1
Lfailed:
    exit #99
.data
.p2align 3
pair:   .long 0, 0
length: .quad 0
