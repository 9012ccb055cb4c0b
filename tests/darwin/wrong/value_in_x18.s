// Keeps a value in x18, which XNU sets to 0 on every return to the program.
_main:
    mov x18, #42
    mov x19, #42
    call SYS_getpid
.if RIGHT
    mov x0, x19
.else
    mov x0, x18
.endif
    call 1
