#!/bin/sh
# Builds the integration suite for arm64 Linux, to target/boot/suite, with what
# packages.sh has fetched. The linker is called itself: no C compiler for arm64
# is needed.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
# shellcheck source=/dev/null
. target/toolchain.env
[ -e target/boot/ready ] || exit 0

target=aarch64-unknown-linux-gnu
sysroot=$PWD/target/boot/sysroot
library=$sysroot/usr/lib/aarch64-linux-gnu

# One flag behind the other, with a byte between them that no path has.
flags=-Clinker-flavor=ld.lld
flag() { flags=$flags$(printf '\037')$1; }
flag "-Clink-arg=--sysroot=$sysroot"
flag "-Clink-arg=--dynamic-linker=/lib/ld-linux-aarch64.so.1"
flag "-Clink-arg=-L$library"
flag "-Clink-arg=-L$sysroot/lib/aarch64-linux-gnu"
for object in Scrt1.o crti.o crtn.o; do flag "-Clink-arg=$library/$object"; done
std=$PWD/target/boot/std/usr/lib/rustlib/$target/lib
[ ! -d "$std" ] || flag "-L$std"
export CARGO_ENCODED_RUSTFLAGS="$flags"
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER="$CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER"

built=$(cargo test --quiet --no-run --manifest-path tests/boot/Cargo.toml --target $target \
    --message-format=json-render-diagnostics | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
cp "$built" target/boot/suite
