#!/bin/sh
# What the programs in dist/ weigh, and what weighs most.
#
#   linker/size.sh NAME...                    a line for each program; the largest
#                                             functions, modules and constants of the first
#   TOP=50 linker/size.sh ...                 so many of them; 30 unless told
#   UPDATE=1 LANDMARK=WORDS linker/size.sh .. adds a line to docs/size-history.txt, and
#                                             writes the sizes into README.md
#
# The programs have no section headers that a tool could read, so the numbers
# come from the maps that the linker wrote beside them (build.sh).
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

history=docs/size-history.txt
top=${TOP:-30}

# "KIND BYTES ADDRESS NAME" for every piece of a program, from lld's map of an ELF or a Mach-O file.
pieces() {
    awk '
        function hex(text, i, value) {
            value = 0
            text = tolower(text)
            sub(/^0x/, "", text)
            for (i = 1; i <= length(text); i++) value = 16 * value + index("0123456789abcdef", substr(text, i, 1)) - 1
            return value
        }
        function kind(section) {
            if (section ~ /bss|__common/) return "zeroed"
            if (section ~ /^\.text|^__text/) return "code"
            if (section ~ /^\.data$|^\.data\.[^r]|^__data$/) return "data"
            return "constants"
        }
        # Some awk would print a large address as 4.29e+09.
        function put() { if (bytes) printf "%s %d %.0f %s\n", what, bytes, at, label; bytes = 0 }

        # Mach-O: sections first, as ranges of addresses, then symbols.
        /^# Sections/ { part = "sections"; next }
        /^# Symbols/ { part = "symbols"; next }
        /^# Dead/ { part = ""; next }
        part == "sections" && /^0x/ { start[++sections] = hex($1); end[sections] = hex($1) + hex($2); of[sections] = $4; next }
        part == "symbols" && /^0x/ {
            at = hex($1)
            for (i = 1; i <= sections; i++) if (at >= start[i] && at < end[i]) what = kind(of[i])
            bytes = hex($2); label = $NF; put(); next
        }

        # ELF: an input section, then the symbols in it.
        /:\(\.[^)]*\)$/ && $4 ~ /^[0-9]+$/ {
            put(); what = $0; sub(/.*:\(/, "", what); label = what; sub(/\)$/, "", label)
            what = kind(what); at = hex($1); bytes = hex($3); named = 0; next
        }
        /^ +[0-9a-f]+ +[0-9a-f]+ +[0-9a-f]+ +[0-9]+ +[^ ]/ && !named && $5 !~ /^(\$|\.|<internal>)/ {
            label = $0; sub(/^( +[0-9a-f]+)+ +/, "", label); named = 1
        }
        END { put() }' "target/svcd-$1.map"
}

# "BYTES PIECES NAME", largest first. $1 is "function" or "module". A closure, and what was made of a
# generic for it, belongs to the function that it stands in; other copies of a generic to the generic.
grouped() {
    awk -v by="$1" '
        function function_of(name, place) {
            # <A as B>::f is f of A, whatever references and brackets are around A.
            if (match(name, /svcd::[A-Za-z0-9_:<>]*::\{closure/)) {
                name = substr(name, RSTART, RLENGTH)
                sub(/::\{closure.*/, "", name)
            }
            while (match(name, / as [^<>]*(<[^<>]*>)?[^<>]*>/)) name = substr(name, 1, RSTART - 1) substr(name, RSTART + RLENGTH - 1)
            sub(/::\{closure.*/, "", name)
            # The arguments of generics, from the inside.
            sub(/^[<&\[]+/, "", name)
            while (match(name, /(::)?<[^<>]*>/) && RSTART > 1) name = substr(name, 1, RSTART - 1) substr(name, RSTART + RLENGTH)
            gsub(/[<>&\[\]]|, .*/, "", name)
            sub(/ \(\..*\)$/, "", name)
            if (name ~ /^OUTLINED_FUNCTION/) name = "outlined"
            return name
        }
        function module_of(name) {
            if (name !~ /::/) return name == "outlined" ? name : "other"
            if (name !~ /^svcd/) { sub(/::.*/, "", name); return name }
            sub(/::[A-Z].*/, "", name)
            if (name == before) sub(/::[a-z0-9_]*$/, "", name)
            return name
        }
        $1 == "code" {
            bytes = $2; name = $0; sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", name)
            before = function_of(name)
            if (by == "module") before = module_of(before)
            sum[before] += bytes; count[before]++
        }
        END { for (name in sum) print sum[name], count[name], name }' | sort -k1,1nr -k3
}

# text_at PROGRAM ADDRESS BYTES: the beginning of a constant. Its segment is the first of the
# file, from the address of the page that it begins in.
text_at() {
    case $1 in
    linux-*) begin=$(($(sed -n 's/^ *code_begin = \(0x[0-9a-f]*\);/\1/p' linker/linux.ld))) ;;
    *) begin=$((0x100000000)) ;;
    esac
    bytes=$(($3 < 60 ? $3 : 60))
    tail -c "+$(($2 - begin + 1))" "dist/svcd-$1" | head -c "$bytes" | LC_ALL=C tr -c '[:print:]' .
}

table=$(
    printf '%-16s %8s %8s %10s %8s %8s\n' program file code constants data zeroed
    for name; do
        pieces "$name" | awk -v name="$name" -v file="$(wc -c <"dist/svcd-$name")" '
            { sum[$1] += $2 }
            END { printf "%-16s %8d %8d %10d %8d %8d\n", name, file, sum["code"], sum["constants"], sum["data"], sum["zeroed"] }'
    done
)
printf '%s\n' "$table"

# size_of NAME LINE: what a line of the history says of a program.
size_of() {
    case $1 in
    linux-x86_64) column=2 ;;
    linux-aarch64) column=3 ;;
    darwin-aarch64) column=4 ;;
    *) return 1 ;;
    esac
    printf '%s\n' "$2" | awk -v column="$column" '{ print $column }'
}

last=$(tail -n 1 "$history")
words=$(printf '%s\n' "$last" | sed 's/^[^ ]* *[^ ]* *[^ ]* *[^ ]* *//')
printf '\nsince "%s" (%s)\n' "$words" "$history"
for name; do
    now=$(($(wc -c <"dist/svcd-$name")))
    before=$(size_of "$name" "$last")
    awk -v name="$name" -v now="$now" -v before="$before" 'BEGIN {
        change = now - before
        word = change > 0 ? "larger" : "smaller"
        if (change) printf "%-16s %8d bytes %s, %.1f %%\n", name, change < 0 ? -change : change, word, 100 * (change < 0 ? -change : change) / before
        else printf "%-16s as large as then\n", name
    }'
done

printf '\nthe largest functions of %s, with their closures: bytes, pieces\n' "$1"
pieces "$1" | grouped function | head -n "$top" | awk '{ bytes = $1; count = $2; sub(/^[^ ]+ [^ ]+ /, ""); printf "%7d %4d  %s\n", bytes, count, $0 }'
printf '\nits modules\n'
pieces "$1" | grouped module | head -n "$top" | awk '{ bytes = $1; count = $2; sub(/^[^ ]+ [^ ]+ /, ""); printf "%7d %4d  %s\n", bytes, count, $0 }'
printf '\nits largest constants\n'
pieces "$1" | grep '^constants' | sort -k2,2nr | head -n $((top / 2)) | while read -r _ bytes at name; do
    case $name in
    .rodata* | l_* | ltmp* | "<internal>"*) name= ;;
    esac
    printf '%7d  %s %s\n' "$bytes" "$name" "$(text_at "$1" "$at" "$bytes")"
done

[ "${UPDATE:-}" = 1 ] || exit 0
sizes=
for name in linux-x86_64 linux-aarch64 darwin-aarch64; do
    sizes="$sizes $(($(wc -c <"dist/svcd-$name")))"
done
# shellcheck disable=SC2086 # three numbers
printf '%s %7d %7d %7d  %s\n' "$(date +%F)" $sizes "${LANDMARK:-$(git log -1 --format=%s)}" >>"$history"
{
    sed '/^<!-- size -->$/q' README.md
    # shellcheck disable=SC2016 # a fence of Markdown
    printf '\n```\n%s\n```\n\n' "$table"
    sed -n '/^<!-- end of size -->$/,$p' README.md
} >"README.md.$$"
mv "README.md.$$" README.md
printf '\nadded to %s, and written into README.md\n' "$history"
