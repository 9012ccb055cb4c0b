// Traps with `svc #0`. XNU does not look at the number, but a program for
// Darwin that does so was not written for it: the rig refuses.
_main:
    mov x0, #3
    mov x16, #1
.if RIGHT
    svc #0x80
.else
    svc #0
.endif
