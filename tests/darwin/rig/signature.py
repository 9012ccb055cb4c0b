"""The code signature of a Mach-O file, checked as far as one can without AMFI.

A page whose hash is not the one in the CodeDirectory is killed by the kernel
the moment it is used (cs_invalid_page in bsd/kern/kern_cs.c); the rig says so
before the program starts. Layout: osfmk/kern/cs_blobs.h, all big-endian.
"""

import hashlib
import struct

MAGIC_EMBEDDED, MAGIC_DIRECTORY = 0xFADE0CC0, 0xFADE0C02
SLOT_DIRECTORY = 0
HASHES = {1: hashlib.sha1, 2: hashlib.sha256}
ADHOC = 0x2


def refusal(data, offset, size, text_limit):
    """Why the signature at `offset` is not good for `data`, or None.

    `text_limit`: where the executable segment ends in the file.
    """
    blob = data[offset : offset + size]
    if size < 12 or len(blob) < size:
        return "LC_CODE_SIGNATURE lies outside of the file"
    magic, length, count = struct.unpack_from(">III", blob)
    if magic != MAGIC_EMBEDDED or length > size:
        return "the code signature is no embedded signature (cs_validate_csblob: EBADEXEC)"
    for place in range(count):
        kind, at = struct.unpack_from(">II", blob, 12 + 8 * place)
        if kind == SLOT_DIRECTORY:
            return _directory_refusal(data, blob, at, offset, text_limit)
    return "the code signature has no CodeDirectory (cs_validate_csblob: EBADEXEC)"


def _directory_refusal(data, blob, at, signature, text_limit):
    (magic, _length, _version, flags, hashes, _identifier, _special, slots, limit, size, kind, _platform, page) = (
        struct.unpack_from(">IIIIIIIIIBBBB", blob, at)
    )
    if magic != MAGIC_DIRECTORY:
        return "the CodeDirectory has a wrong magic (cs_validate_codedirectory: EBADEXEC)"
    if kind not in HASHES:
        return f"the CodeDirectory's hash type is {kind} (cs_validate_codedirectory: EBADEXEC)"
    if limit > signature or limit < text_limit:
        return f"the signed part ends at {limit:#x}, which is not behind the segments (LOAD_BADMACHO)"
    step = 1 << page
    if slots != (limit + step - 1) // step:
        return f"the CodeDirectory has {slots} hashes for {limit:#x} bytes (cs_validate_codedirectory: EBADEXEC)"
    for slot in range(slots):
        low = slot * step
        found = HASHES[kind](data[low : min(low + step, limit)]).digest()[:size]
        place = at + hashes + slot * size
        if blob[place : place + size] != found:
            return (
                f"the code signature does not match the file at {low:#x} (the kernel kills: CODESIGNING, Invalid Page)"
            )
    if not flags & ADHOC:
        return "the signature is not ad hoc; the rig has no certificates to check another one with"
    return None
