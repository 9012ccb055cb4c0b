"""Path lookup component by component, for the flags that Linux's openat does not have.

namei with NAMEI_NOFOLLOW_ANY and NAMEI_RESOLVE_BENEATH (bsd/vfs/vfs_lookup.c):
the first fails with ELOOP at any symbolic link, the second with EACCES at an
absolute path, at `..` of the directory it starts in, and at a link to an
absolute path.
"""

import os
import stat

from rig.errors import fail

MAXSYMLINKS = 32  # bsd/sys/param.h
NAME_MAX = 255


class Place:
    """Where a walk ended: a directory, and a name in it that need not exist."""

    def __init__(self, directory, name, must_be_directory):
        self.directory, self.name, self.must_be_directory = directory, name, must_be_directory

    def close(self):
        """Lets the directory go."""
        os.close(self.directory)


def walk(directory, path, keep, *, no_links, beneath, follow_last):
    """The Place of `path`, seen from the host's `directory`; the caller closes it.

    `directory` is a host descriptor or None for the current one. `keep` moves a
    descriptor out of the way, so that what is opened at last gets the number
    that the kernel would give it.
    """

    def enter(name, where):
        way = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
        return keep(os.open(name, way, dir_fd=where))

    if not path:
        fail("ENOENT")
    if path.startswith(b"/") and beneath:
        fail("EACCES")
    start = enter(b"/" if path.startswith(b"/") else b".", None if path.startswith(b"/") else directory)
    home = os.fstat(start)
    current, links = start, MAXSYMLINKS if no_links else 0
    pending = path.split(b"/")[::-1]
    trailing = path.endswith(b"/")
    try:
        while pending:
            name = pending.pop()
            last = not any(pending)
            if name in (b"", b"."):
                if last:
                    return Place(current, b".", trailing or name == b".")
                continue
            if len(name) > NAME_MAX:
                fail("ENAMETOOLONG")
            if name == b"..":
                here = os.fstat(current)
                if beneath and (here.st_dev, here.st_ino) == (home.st_dev, home.st_ino):
                    fail("EACCES")
                current = _replace(current, enter(b"..", current))
                if last:
                    return Place(current, b".", True)
                continue
            target = _link(current, name)
            if target is not None and (not last or follow_last or trailing):
                links += 1
                if links > MAXSYMLINKS:
                    fail("ELOOP")
                if target.startswith(b"/"):
                    if beneath:
                        fail("EACCES")
                    current = _replace(current, enter(b"/", None))
                pending.extend(target.split(b"/")[::-1])
                continue
            if last:
                return Place(current, name, trailing)
            current = _replace(current, enter(name, current))
        return Place(current, b".", True)
    except BaseException:
        os.close(current)
        raise


def _replace(old, new):
    os.close(old)
    return new


def _link(directory, name):
    """Where a symbolic link points to; None if it is none, or nothing."""
    try:
        if not stat.S_ISLNK(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode):
            return None
        return os.readlink(name, dir_fd=directory)
    except FileNotFoundError:
        return None
