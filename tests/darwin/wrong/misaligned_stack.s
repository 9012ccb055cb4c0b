// Moves sp by 8. The store through it faults (EXC_ARM_SP_ALIGN, SIGBUS).
_main:
.if RIGHT
    sub sp, sp, #16
.else
    sub sp, sp, #8
.endif
    mov x1, #5
    str x1, [sp]
    ldr x0, [sp]
    call 1
