// Calls vfork, whose number is `nosys` in XNU: SIGSYS.
_main:
.if RIGHT
    call SYS_fork
    cbnz x1, Lchild
    mov x1, #0
    mov x2, #0
    mov x3, #0
    call SYS_wait4
.else
    call SYS_vfork
.endif
    exit #0
Lchild:
    exit #0
