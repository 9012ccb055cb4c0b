// Takes an error for a negative result. openat of what does not exist gives
// ENOENT, a positive 2, with the carry flag; the program goes on and writes
// into descriptor 2.
_main:
    mov x0, #AT_FDCWD
    address x1, nowhere
    mov x2, #0
    mov x3, #0
    call SYS_openat
.if RIGHT
    b.cs Lfailed
.else
    tbnz x0, #63, Lfailed
.endif
    address x1, text
    mov x2, #9
    call SYS_write
    exit #0
Lfailed:
    exit #1
.data
nowhere: .asciz "/nowhere/at/all"
text:    .ascii "for file\n"
