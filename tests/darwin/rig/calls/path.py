"""Calls that take a path."""

import errno
import os
import stat as host_stat

from rig import flags, host, layouts
from rig.errors import Interrupted, fail
from rig.walk import Place, walk

ALLOWED_MODE = 0o777  # openat_internal masks with ACCESSPERMS


def _directory(process, fd):
    """The host's descriptor for the first argument of an *at call; None for the current directory."""
    if fd == flags.AT_FDCWD:
        return None
    process.descriptors.get(fd)
    return fd


def _name(process, path_at):
    """The path, by copyinstr; an empty one does not exist."""
    path = process.memory.string(path_at)
    if not path:
        fail("ENOENT")
    return path


def _place(process, fd, path_at, no_links, follow_last=False):
    """Where a call that changes a directory works: the host's (directory, name), walked if links are forbidden."""
    path = _name(process, path_at)
    # The descriptor is not looked at for an absolute path.
    directory = None if path.startswith(b"/") else _directory(process, fd)
    if not no_links:
        return Plain(directory, path)
    keep = process.descriptors.keep
    return walk(directory, path, keep, no_links=True, beneath=False, follow_last=follow_last)


class Plain(Place):
    """A path that the host itself may resolve."""

    def __init__(self, directory, name):
        super().__init__(directory, name, False)

    def close(self):
        """The directory is the program's."""


def _any(process, word, allowed):
    """Checks the flags of an *at call; True if no link at all is allowed."""
    known = allowed | (0 if process.old else flags.AT_SYMLINK_NOFOLLOW_ANY)
    if word & ~known:
        fail("EINVAL")
    return bool(word & flags.AT_SYMLINK_NOFOLLOW_ANY)


def open_file(process, path_at, word, mode):
    """open(2)."""
    return openat(process, flags.AT_FDCWD, path_at, word, mode)


def openat(process, fd, path_at, word, mode):
    """openat(2); never restarted (open1)."""
    flags.OPEN.check(word)
    if word & flags.ACCESS == flags.ACCESS:
        fail("EINVAL")
    path = process.memory.string(path_at)
    directory = None if path.startswith(b"/") else _directory(process, fd)
    if word & flags.O_NOFOLLOW_ANY and word & flags.O_NOFOLLOW:
        fail("EINVAL")
    if word & flags.O_CREAT and word & flags.O_DIRECTORY:
        fail("EINVAL")
    if not path:
        fail("ENOENT")
    beneath = bool(word & flags.O_RESOLVE_BENEATH) and not process.old
    theirs = flags.OPEN.to_host(word) | os.O_CLOEXEC
    exclusive = flags.O_CREAT | flags.O_EXCL
    if word & flags.O_NOFOLLOW_ANY or beneath:
        place = walk(
            directory,
            path,
            process.descriptors.keep,
            no_links=bool(word & flags.O_NOFOLLOW_ANY),
            beneath=beneath,
            follow_last=not word & flags.O_NOFOLLOW and word & exclusive != exclusive,
        )
        if place.must_be_directory:
            theirs |= os.O_DIRECTORY
        # The walk has seen that it is no link; should it become one, it is not followed.
        theirs |= os.O_NOFOLLOW
    else:
        place = Plain(directory, path)
    try:
        found = _open(place, theirs, mode & ALLOWED_MODE, word)
    except Interrupted:
        fail("EINTR")
    finally:
        place.close()
    found = process.descriptors.add(found)
    if not word & flags.O_CLOEXEC:
        os.set_inheritable(found, True)
    if word & flags.O_CLOFORK:
        process.descriptors.close_on_fork.add(found)
    return found


def _open(place, theirs, mode, word):
    """The host's openat, where the two systems differ only in the errno."""
    try:
        return os.open(place.name, theirs, mode, dir_fd=place.directory)
    except OSError as error:
        if error.errno == errno.ENXIO and _is_socket(place):
            fail("EOPNOTSUPP")
        changing = flags.ACCESS | flags.O_TRUNC | flags.O_EXCL
        if error.errno == errno.EISDIR and word & flags.O_CREAT and not word & changing:
            # An existing directory may be opened for reading, O_CREAT or not.
            return os.open(place.name, theirs & ~os.O_CREAT, dir_fd=place.directory)
        raise


def _is_socket(place):
    try:
        return host_stat.S_ISSOCK(os.stat(place.name, dir_fd=place.directory).st_mode)
    except OSError:
        return False


def _stat(process, fd, path_at, buffer, follow, no_links=False):
    place = _place(process, fd, path_at, no_links)
    try:
        found = os.stat(place.name, dir_fd=place.directory, follow_symlinks=follow and not no_links)
    finally:
        place.close()
    if place.must_be_directory and not host_stat.S_ISDIR(found.st_mode):
        fail("ENOTDIR")
    process.memory.write(buffer, layouts.stat64(found))
    return 0


def stat64(process, path_at, buffer):
    """stat64(2)."""
    return _stat(process, flags.AT_FDCWD, path_at, buffer, True)


def lstat64(process, path_at, buffer):
    """lstat64(2)."""
    return _stat(process, flags.AT_FDCWD, path_at, buffer, False)


def fstatat64(process, fd, path_at, buffer, word):
    """fstatat64(2)."""
    no_links = _any(process, word, flags.AT_SYMLINK_NOFOLLOW)
    return _stat(process, fd, path_at, buffer, not word & flags.AT_SYMLINK_NOFOLLOW, no_links)


def faccessat(process, fd, path_at, mode, word):
    """faccessat(2)."""
    no_links = _any(process, word, flags.AT_EACCESS | flags.AT_SYMLINK_NOFOLLOW)
    if mode & ~7:
        fail("EINVAL")
    place = _place(process, fd, path_at, no_links)
    follow = not word & (flags.AT_SYMLINK_NOFOLLOW | flags.AT_SYMLINK_NOFOLLOW_ANY)
    try:
        os.stat(place.name, dir_fd=place.directory, follow_symlinks=follow)
        effective = bool(word & flags.AT_EACCESS)
        if not os.access(place.name, mode, dir_fd=place.directory, effective_ids=effective, follow_symlinks=follow):
            fail("EACCES")
    finally:
        place.close()
    return 0


def access(process, path_at, mode):
    """access(2)."""
    return faccessat(process, flags.AT_FDCWD, path_at, mode, 0)


def readlinkat(process, fd, path_at, buffer, size):
    """readlinkat(2): no NUL behind the text."""
    if size > 0x7FFFFFFF:
        fail("EINVAL")
    place = _place(process, fd, path_at, False)
    text = os.readlink(place.name, dir_fd=place.directory)[:size]
    process.memory.write(buffer, text)
    return len(text)


def readlink(process, path_at, buffer, size):
    """readlink(2)."""
    return readlinkat(process, flags.AT_FDCWD, path_at, buffer, size & 0xFFFFFFFF)


def unlinkat(process, fd, path_at, word):
    """unlinkat(2); unlink of a directory is EPERM."""
    no_links = _any(process, word, flags.AT_REMOVEDIR)
    place = _place(process, fd, path_at, no_links)
    try:
        if word & flags.AT_REMOVEDIR:
            os.rmdir(place.name, dir_fd=place.directory)
        else:
            os.unlink(place.name, dir_fd=place.directory)
    except IsADirectoryError:
        fail("EPERM")
    finally:
        place.close()
    return 0


def unlink(process, path_at):
    """unlink(2)."""
    return unlinkat(process, flags.AT_FDCWD, path_at, 0)


def rmdir(process, path_at):
    """rmdir(2)."""
    return unlinkat(process, flags.AT_FDCWD, path_at, flags.AT_REMOVEDIR)


def renameatx_np(process, from_fd, from_at, to_fd, to_at, word):
    """rename with flags: both SWAP and EXCL, or an unknown one, are EINVAL."""
    known = flags.RENAME.known & ~(0x10 if process.old else 0)
    if word & ~known or word & 6 == 6:
        fail("EINVAL")
    no_links = bool(word & 0x10)
    source = _place(process, from_fd, from_at, no_links)
    try:
        target = _place(process, to_fd, to_at, no_links)
        try:
            at_cwd = -100
            directories = [at_cwd if place.directory is None else place.directory for place in (source, target)]
            host.renameat2(directories[0], source.name, directories[1], target.name, flags.RENAME.to_host(word))
        finally:
            target.close()
    finally:
        source.close()
    return 0


def renameat(process, from_fd, from_at, to_fd, to_at):
    """renameat(2)."""
    return renameatx_np(process, from_fd, from_at, to_fd, to_at, 0)


def rename(process, from_at, to_at):
    """rename(2)."""
    return renameatx_np(process, flags.AT_FDCWD, from_at, flags.AT_FDCWD, to_at, 0)


def mkdirat(process, fd, path_at, mode):
    """mkdirat(2)."""
    place = _place(process, fd, path_at, False)
    os.mkdir(place.name, mode & ALLOWED_MODE, dir_fd=place.directory)
    return 0


def mkdir(process, path_at, mode):
    """mkdir(2)."""
    return mkdirat(process, flags.AT_FDCWD, path_at, mode)


def chdir(process, path_at):
    """chdir(2)."""
    os.chdir(_name(process, path_at))
    return 0


def fchdir(process, fd):
    """fchdir(2)."""
    process.descriptors.get(fd)
    os.fchdir(fd)
    return 0


def chroot(process, path_at):
    """For root alone; the current directory stays."""
    os.chroot(_name(process, path_at))
    return 0
