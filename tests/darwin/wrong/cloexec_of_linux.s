// Passes Linux's O_CLOEXEC, 0x80000, to openat. XNU has another use for the
// bit and ignores it; the rig refuses it.
_main:
    mov x0, #AT_FDCWD
    address x1, root
.if RIGHT
    mov x2, #0x1000000
.else
    mov x2, #0x80000
.endif
    mov x3, #0
    call SYS_openat
    mov x1, #1          // F_GETFD
    mov x2, #0
    call SYS_fcntl
    call 1              // exits with FD_CLOEXEC, 1
.data
root: .asciz "/"
