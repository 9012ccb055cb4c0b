#!/bin/sh
# Runs cargo on the program, which needs other settings than an ordinary crate.
#
#   linker/build.sh release NAME...   the programs, to dist/svcd-NAME
#   linker/build.sh debug NAME...     with debugging information, to dist/debug/
#   linker/build.sh clippy NAME...    only clippy's opinion
#   linker/build.sh escape NAME...    with the attempts of tests/suite/sandbox.rs, to dist/escape/
#   linker/build.sh trace NAME...     that print their own calls, to dist/svcd-trace-NAME
#   linker/build.sh abi NAME...       only the assertions in tests/abi
#   linker/build.sh examples NAME...  the programs of examples/ and bench/floor.rs, to dist/examples/
#
# NAME is linux-aarch64, linux-x86_64 or darwin-aarch64. $FEATURES is handed on to cargo.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
# shellcheck source=/dev/null
. target/toolchain.env

mode=$1
shift
names=$*

triple() {
    case $1 in
    linux-aarch64) echo aarch64-unknown-linux-musl ;;
    linux-x86_64) echo x86_64-unknown-linux-musl ;;
    darwin-aarch64) echo aarch64-apple-darwin ;;
    *) echo "build: svcd does not run on $1" >&2 && exit 1 ;;
    esac
}

# freestanding.toml has options that cargo calls unstable.
export RUSTC_BOOTSTRAP=1

# What the compiler knows of the target, but for two things on aarch64 that no option
# takes away: frame pointers, an instruction in every function and a register, for
# somebody who walks the stack; and functions for atomic accesses, which first ask
# the processor whether it has instructions for them.
description() {
    file=target/descriptions/$1.json
    mkdir -p target/descriptions
    "$RUSTC" -Zunstable-options --print target-spec-json --target "$1" |
        sed 's/"frame-pointer": "non-leaf"/"frame-pointer": "may-omit"/; s/,+outline-atomics//' >"$file.$$"
    if cmp -s "$file.$$" "$file"; then rm "$file.$$"; else mv "$file.$$" "$file"; fi
    echo "$PWD/$file"
}

set -- --config linker/freestanding.toml
for name in $names; do
    target=$(triple "$name")
    set -- "$@" --target "$(description "$target")"
done

# For Darwin, rustc asks xcrun where Apple's SDK is. Only a Mac can answer, and
# all that is needed of it is linker/libSystem.tbd.
command -v xcrun >/dev/null || export SDKROOT="$PWD/linker"
export MACOSX_DEPLOYMENT_TARGET=11.0

program="--bin svcd --features=${FEATURES:-}"
# The steps of the course have numbers.
programs="echo cgi floor $(cd examples && for step in [0-9]*.rs solutions/*.rs; do basename "$step" .rs; done)"
examples=
for example in $programs; do examples="$examples --bin $example"; done
json=--message-format=json-render-diagnostics
# shellcheck disable=SC2086 # $program and $examples are several words
case $mode in
release) messages=$(cargo build --release $json $program "$@") ;;
escape) messages=$(cargo build --release $json --bin svcd --features=escape "$@") ;;
trace) messages=$(cargo build --release $json --bin svcd --features=trace "$@") ;;
debug) messages=$(cargo build $json $program "$@") ;;
clippy) exec cargo clippy --release $program $examples "$@" -- -D warnings ;;
examples) cargo build --release $examples "$@" ;;
# In the program's profile: core is checked once for both.
abi) exec cargo check --release --manifest-path tests/abi/Cargo.toml "$@" ;;
*) echo "build: unknown mode $mode" >&2 && exit 1 ;;
esac

# lld leaves room for the section headers it was told to leave out: the file
# ends where the last segment does.
end_of_segments() {
    count=$(od -An -tu2 -j56 -N2 "$1")
    od -An -v -tu8 -j64 -N$((56 * count)) "$1" | awk '
        { for (i = 1; i <= NF; i++) word[n++] = $i }
        END {
            for (i = 0; i < n; i += 7)
                if (word[i + 4] && word[i + 1] + word[i + 4] > end) end = word[i + 1] + word[i + 4]
            print end
        }'
}

# publish BUILT PLACE: under a temporary name first, so that nobody ever sees
# half a program and a running one keeps its file.
publish() {
    mkdir -p "${2%/*}"
    case $mode-$name in
    release-linux-* | trace-linux-* | escape-linux-* | examples-linux-*) head -c "$(end_of_segments "$1")" "$1" >"$2.$$" ;;
    *) cp "$1" "$2.$$" ;;
    esac
    if cmp -s "$2.$$" "$2"; then
        rm "$2.$$"
    else
        chmod 755 "$2.$$"
        mv "$2.$$" "$2"
        echo "build: $2, $(wc -c <"$2" | tr -d ' ') bytes"
    fi
}

for name in $names; do
    target=$(triple "$name")
    if [ "$mode" = debug ]; then
        publish "$CARGO_TARGET_DIR/$target/debug/svcd" "dist/debug/svcd-$name"
        continue
    fi
    if [ "$mode" = examples ]; then
        for example in $programs; do
            publish "$CARGO_TARGET_DIR/$target/release/$example" "dist/examples/$example-$name"
        done
        continue
    fi
    if [ "$mode" = escape ]; then
        publish "$CARGO_TARGET_DIR/$target/release/svcd" "dist/escape/svcd-$name"
        continue
    fi
    own=svcd-$name
    [ "$mode" = release ] || own=svcd-$mode-$name
    publish "$CARGO_TARGET_DIR/$target/release/svcd" "dist/$own"
    # The linker's map of this very build; cargo keeps one for every set of features.
    out=$(printf '%s\n' "$messages" |
        sed -n '/"build-script-executed"/s|.*svcd[#@][0-9].*"out_dir":"\([^"]*/'"$target"'/[^"]*\)".*|\1|p')
    cp "$out/svcd.map" "target/$own.map"
done
