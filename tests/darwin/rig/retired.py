"""Call numbers that XNU answers without doing anything (bsd/kern/syscalls.master).

`nosys` sends SIGSYS and returns ENOSYS, `enosys` only returns ENOSYS. Numbers
beyond the table are nosys. 66 is vfork, which exists only with CONFIG_VFORK,
and nothing in the tree defines that.
"""

HIGHEST = 557
ENOSYS_RANGES = "8 11 17 19 21-22 275-276 391-393 493 495 519"
NOSYS_RANGES = (
    "0 40 44-45 62-64 66 69-72 76-77 84 87-88 91 94 99 101-103 107-110 112-115 119 125 129-130 141 143-146 148-150"
    " 156 160 162-164 166 168 171-172 174-176 193 198 206-215 219 224 231-233 246-247 249 257 295 321 326 335 352"
    " 355-356 365 370-371 376-379 437-438"
)


def _numbers(text):
    for word in text.split():
        low, _, high = word.partition("-")
        yield from range(int(low), int(high or low) + 1)


ENOSYS = frozenset(_numbers(ENOSYS_RANGES))
NOSYS = frozenset(_numbers(NOSYS_RANGES))
