"""Builds small Mach-O programs from assembly, with the compiler and linker of svcd.

`$RUSTC` and `$CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER` name them, as in
target/toolchain.env, which is read if the environment does not have them.
"""

import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
LINKER = "CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER"


def _settings():
    found = {}
    try:
        with open(os.path.join(PROJECT, "target", "toolchain.env")) as file:
            found = dict(re.findall(r"^export (\w+)='(.*)'$", file.read(), re.MULTILINE))
    except FileNotFoundError:
        pass
    return found | {name: os.environ[name] for name in ("RUSTC", LINKER) if name in os.environ}


def _linker(settings):
    if LINKER in settings:
        return settings[LINKER]
    folders = os.environ["PATH"].split(os.pathsep) + ["/usr/bin"]
    names = sorted(
        os.path.join(folder, name)
        for folder in folders
        if os.path.isdir(folder)
        for name in os.listdir(folder)
        if re.fullmatch(r"ld64\.lld(-\d+)?", name)
    )
    if not names:
        raise FileNotFoundError(f"no ld64.lld; set ${LINKER}")
    return names[-1]


def build(folder, name, *parts, options=()):
    """Assembles the texts and gives the path of the program, `folder`/`name`; `options` are the linker's."""
    settings = _settings()
    program = os.path.join(folder, name)
    source, made = program + ".s", program + ".o"
    with open(source, "w") as file:
        file.write("\n".join(parts))
    rustc = settings.get("RUSTC") or shutil.which("rustc") or "/usr/bin/rustc"
    words = [rustc, "--edition", "2021", "--target", "aarch64-apple-darwin", "--emit=obj", "--crate-name", "program"]
    words += ["-o", made, os.path.join(HERE, "assembly.rs")]
    subprocess.run(words, check=True, env=os.environ | {"RUSTC_BOOTSTRAP": "1", "SOURCE": source})
    linker = _linker(settings)
    words = [linker] + ["-flavor", "darwin"] * ("rust-lld" in linker)
    words += ["-arch", "arm64", "-platform_version", "macos", "11.0", "11.0"]
    words += ["-L", os.path.join(PROJECT, "linker"), "-lSystem", "-e", "_main", *options, "-o", program, made]
    subprocess.run(words, check=True)
    return program


def text(*path):
    """A file of this folder."""
    with open(os.path.join(HERE, *path)) as file:
        return file.read()


def runner():
    """The words that stand before a program: the rig, or nothing on macOS itself."""
    if os.uname().sysname == "Darwin":
        return []
    return [sys.executable, os.path.join(HERE, "rig")]
