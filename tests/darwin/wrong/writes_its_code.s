// Writes into its own instructions: SIGBUS, since the page is there but may
// not be written.
_main:
    address x1, _main
.if RIGHT
    address x1, place
.endif
    str wzr, [x1]
    exit #0
.data
.p2align 2
place: .long 1
