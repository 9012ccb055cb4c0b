// Takes pages of 4 KiB for granted: mprotect of the second 4 KiB is EINVAL (22),
// because a page has 16 KiB.
_main:
    mov x0, #0
    mov x1, #0x8000
    mov x2, #3
    mov x3, #0x1002     // MAP_ANON | MAP_PRIVATE
    mov x4, #-1
    mov x5, #0
    call SYS_mmap
    b.cs Lfailed
.if RIGHT
    mov x9, #0x4000
.else
    mov x9, #0x1000
.endif
    add x0, x0, x9
    mov x1, x9
    mov x2, #1
    call SYS_mprotect
    b.cs Lfailed
    exit #0
Lfailed:
    call 1              // exits with the errno
