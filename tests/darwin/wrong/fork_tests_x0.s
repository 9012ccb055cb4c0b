// Tests x0 after fork, as on Linux. In Darwin's child x0 is its own pid; x1 is
// 1 there and 0 in the parent. So both processes take themselves for the parent.
_main:
    call SYS_fork
.if RIGHT
    cbnz x1, Lchild
.else
    cbz x0, Lchild
.endif
    mov x19, x0
    mov x0, x19
    mov x1, #0
    mov x2, #0
    mov x3, #0
    call SYS_wait4
    say parent, 7
    exit #0
Lchild:
    say born, 6
    exit #0
.data
parent: .ascii "parent\n"
born:   .ascii "child\n"
