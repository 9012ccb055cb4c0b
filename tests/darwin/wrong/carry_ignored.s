// Does not look at the carry flag. read from a descriptor that is not open
// gives EBADF, 9, which the program takes for nine bytes.
_main:
    mov x0, #77
    address x1, buffer
    mov x2, #64
    call SYS_read
.if RIGHT
    b.cs Lfailed
.endif
    call 1              // exits with the count
Lfailed:
    exit #1
.bss
buffer: .space 64
