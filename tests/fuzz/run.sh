#!/bin/sh
# Runs fuzz targets for a bounded time each, and prints what came of it.
#
#   tests/fuzz/run.sh SECONDS [TARGET...]
#
# It begins with the inputs in tests/fuzz/corpus, and with those that earlier
# runs have left in target/fuzz/corpus. Every input that a target fails on is
# kept in target/fuzz/findings; then the exit code is 1.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
# shellcheck source=/dev/null
. target/toolchain.env

seconds=$1
shift
[ $# -gt 0 ] || set -- head chunked range target condition listing options access proxy cgi connection

# No sanitizer: the library has no unsafe code for one to look at, and without
# one the compiler need not be a nightly.
built=target/fuzz
"${cargo_fuzz:?}" fuzz build --fuzz-dir tests/fuzz --sanitizer none --target-dir "$built"
host=$("$RUSTC" -vV | sed -n 's/^host: //p')

# number PATTERN LOG: the last one behind it; 0 when there is none.
number() {
    found=$(sed -n "s/.*$1 *\([0-9][0-9]*\).*/\1/p" "$2" | tail -n 1)
    echo "${found:-0}"
}

row() { printf '%-10s %12s %8s %8s %8s %8s\n' "$@"; }

table=$built/table
row target executions edges new inputs findings >"$table"
all=0
findings=
for target; do
    corpus=$built/corpus/$target
    found=$built/findings/$target
    log=$built/$target.log
    mkdir -p "$corpus" "$found"
    dictionary=tests/fuzz/$target.dict
    [ "$target" != condition ] || dictionary=tests/fuzz/head.dict
    # What a connection needs: more first inputs, longer than its own deadline, and a
    # place for its files, which nobody removes when a target is ended.
    transcripts=
    timeout=10
    [ "$target" != connection ] || { transcripts=tests/suite/wire && timeout=60; }
    scratch=$(mktemp -d "$PWD/$built/scratch.XXXXXX")
    set -- "-max_total_time=$seconds" -max_len=4096 "-timeout=$timeout" -print_final_stats=1 "-artifact_prefix=$found/"
    [ ! -e "$dictionary" ] || set -- "$@" "-dict=$dictionary"
    echo "fuzz: $target for $seconds s"
    touch "$built/start"
    code=0
    TMPDIR=$scratch "$built/$host/release/$target" "$@" "$corpus" "tests/fuzz/corpus/$target" \
        ${transcripts:+"$transcripts"} >"$log" 2>&1 || code=$?
    rm -rf "$scratch"
    new=$(find "$found" -type f -newer "$built/start")
    count=$(printf '%s' "$new" | grep -c '' || true)
    if [ "$code" -ne 0 ]; then
        grep -B 1 -A 4 'panicked at' "$log" || tail -n 20 "$log"
        [ "$count" -gt 0 ] || count=1
        findings="$findings${new:-$log}
"
    fi
    executions=$(number 'stat::number_of_executed_units:' "$log")
    before=$(sed -n 's/.*INITED cov: \([0-9]*\).*/\1/p' "$log")
    edges=$(number ' cov:' "$log")
    row "$target" "$executions" "$edges" $((edges - ${before:-$edges})) "$(number 'stat::new_units_added:' "$log")" "$count" >>"$table"
    all=$((all + executions))
done
row all "$all" '' '' '' '' >>"$table"
cat "$table"
[ -n "$findings" ] || exit 0
printf 'fuzz: an input that is answered wrongly:\n%s' "$findings" >&2
exit 1
