#!/usr/bin/env python3
"""Says what a program is made of, as CycloneDX 1.6 in JSON.

  packaging/sbom.py NAME ROOT    the crates of NAME, as linux-x86_64, and the programs
                                 in ROOT/bin; puts their licences into ROOT/share/doc/svcd

cargo says which crates are linked, Cargo.lock their checksums. There is a timestamp
only if SOURCE_DATE_EPOCH gives one: the same program has the same document.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

TRIPLES = {
    "linux-aarch64": "aarch64-unknown-linux-musl",
    "linux-x86_64": "x86_64-unknown-linux-musl",
    "darwin-aarch64": "aarch64-apple-darwin",
}
# Of the compiler's own sources, which linker/freestanding.toml has built.
OF_RUST = {
    "core": "MIT OR Apache-2.0",
    "compiler_builtins": "MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0)",
}


def tools():
    """The environment of the compiler that linker/setup.sh has chosen."""
    script = ". target/toolchain.env && env -0"
    words = subprocess.check_output(["sh", "-c", script], text=True).split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


ENVIRONMENT = tools()


def ask(*words):
    return subprocess.check_output(words, text=True, env=ENVIRONMENT)


def tree(triple):
    """The crates linked for a target, and of each those that it names."""
    words = ["cargo", "tree", "--locked", "-p", "svcd", "--target", triple, "-e", "normal"]
    lines = ask(*words, "--prefix", "depth", "-f", " {p}", "--no-dedupe").splitlines()
    edges, above = {}, []
    for line in lines:
        depth, name, version = line.split()[:3]
        crate = (name, version.removeprefix("v"))
        edges.setdefault(crate, set())
        del above[int(depth):]
        if above:
            edges[above[-1]].add(crate)
        above.append(crate)
    return edges


def checksums():
    field = r'^name = "(.+)"\nversion = "(.+)"\nsource = .*\nchecksum = "(.+)"$'
    text = pathlib.Path("Cargo.lock").read_text()
    return {(name, version): sum for name, version, sum in re.findall(field, text, re.MULTILINE)}


def manifests(triple):
    words = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", triple]
    packages = json.loads(ask(*words))["packages"]
    return {(package["name"], package["version"]): package for package in packages}


def reference(crate):
    return f"pkg:cargo/{crate[0]}@{crate[1]}"


def hashes(value):
    return [{"alg": "SHA-256", "content": value}]


def sha256(path):
    return hashes(hashlib.sha256(path.read_bytes()).hexdigest())


def licence(expression):
    # An old way of writing OR.
    return [{"expression": expression.replace("/", " OR ")}]


def component(crate, package, checksum):
    return {
        "type": "library",
        "bom-ref": reference(crate),
        "name": crate[0],
        "version": crate[1],
        "scope": "required",
        "hashes": hashes(checksum),
        "licenses": licence(package["license"]),
        "purl": reference(crate),
    }


def of_rust(name, version):
    purl = f"pkg:github/rust-lang/rust@{version}#library/{name.replace('_', '-')}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "scope": "required",
        "licenses": licence(OF_RUST[name]),
        "purl": purl,
    }


def document(name, root, edges, packages, compiler):
    """What CycloneDX calls a BOM."""
    own = next(crate for crate in edges if crate[0] == "svcd")
    sums = checksums()
    crates = sorted(crate for crate in edges if crate != own)
    components = [component(crate, packages[crate], sums[crate]) for crate in crates]
    components += [of_rust(part, compiler) for part in OF_RUST]
    runtime = [part["bom-ref"] for part in components[-len(OF_RUST):]]
    dependencies = [
        {"ref": reference(crate), "dependsOn": sorted(map(reference, edges[crate]))}
        for crate in [own, *crates]
    ]
    dependencies[0]["dependsOn"] += runtime
    files = [
        {"type": "file", "bom-ref": f"bin/{path.name}", "name": f"bin/{path.name}", "hashes": sha256(path)}
        for path in sorted((root / "bin").iterdir())
    ]
    about = {
        "tools": {"components": [{"type": "application", "name": "rustc", "version": compiler}]},
        "component": {
            "type": "application",
            "bom-ref": reference(own),
            "name": "svcd",
            "version": own[1],
            "description": packages[own]["description"],
            "licenses": licence(packages[own]["license"]),
            "purl": reference(own),
            "components": files,
            "properties": [{"name": "svcd:target", "value": name}],
        },
    }
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        when = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        about["timestamp"] = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": about,
        "components": components,
        "dependencies": dependencies,
    }
    bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bom))}"
    return bom


def texts(folder):
    """The licences in a folder. Apache's stands in LICENSE-APACHE already."""
    files = sorted(path for path in folder.iterdir() if path.name.upper().startswith(("LICENSE", "COPYRIGHT")))
    others = [path for path in files if "APACHE" not in path.name.upper()]
    return [path.read_text().strip() for path in others or files]


def licences(edges, packages, compiler):
    sources = pathlib.Path(ask("rustc", "--print", "sysroot").strip()) / "lib/rustlib/src/rust/library"
    folders = [(*crate, pathlib.Path(packages[crate]["manifest_path"]).parent, packages[crate]["license"])
               for crate in sorted(edges) if crate[0] != "svcd"]
    folders += [("core", compiler, sources / "stdarch", OF_RUST["core"]),
                ("compiler_builtins", compiler, sources / "compiler-builtins", OF_RUST["compiler_builtins"])]
    yield "What is linked into the programs beside svcd's own code, and under which licences.\n"
    for name, version, folder, expression in folders:
        yield f"\n{'=' * 78}\n{name} {version}: {expression.replace('/', ' OR ')}\n{'=' * 78}\n"
        for text in texts(folder):
            yield f"\n{text}\n"


def main():
    name, root = sys.argv[1], pathlib.Path(sys.argv[2])
    edges, packages = tree(TRIPLES[name]), manifests(TRIPLES[name])
    compiler = ask("rustc", "--version").split()[1]
    path = root / "share/doc/svcd/LICENSES-OF-CRATES"
    path.write_text("".join(licences(edges, packages, compiler)))
    print(json.dumps(document(name, root, edges, packages, compiler), indent=2))


main()
