// Cuts a pointer to 32 bits. Nothing is mapped below 4 GiB.
_main:
    address x1, text
.if RIGHT
    mov x1, x1
.else
    mov w1, w1
.endif
    ldrb w0, [x1]
    call 1
.data
text: .byte 6
