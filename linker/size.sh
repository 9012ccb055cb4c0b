#!/bin/sh
# What the programs in dist/ weigh, and what weighs most.
#
#   linker/size.sh NAME...     a line for each program
#   TOP=30 linker/size.sh ...  and the largest functions and tables of the first
#
# The programs have no section headers that a tool could read, so the numbers
# come from the maps that the linker wrote beside them (build.sh).
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

# "KIND BYTES NAME" for every piece of a program, from lld's map of an ELF or a Mach-O file.
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
        function put() { if (bytes) print what, bytes, label; bytes = 0 }

        # Mach-O: sections first, as ranges of addresses, then symbols.
        /^# Sections/ { part = "sections"; next }
        /^# Symbols/ { part = "symbols"; next }
        /^# Dead/ { part = ""; next }
        part == "sections" && /^0x/ { start[++sections] = hex($1); end[sections] = hex($1) + hex($2); of[sections] = $4; next }
        part == "symbols" && /^0x/ {
            address = hex($1)
            for (i = 1; i <= sections; i++) if (address >= start[i] && address < end[i]) what = kind(of[i])
            bytes = hex($2); label = $NF; put(); next
        }

        # ELF: an input section, then the symbols in it.
        /:\(\.[^)]*\)$/ && $4 ~ /^[0-9]+$/ {
            put(); what = $0; sub(/.*:\(/, "", what); label = what; sub(/\)$/, "", label)
            what = kind(what); bytes = hex($3); named = 0; next
        }
        /^ +[0-9a-f]+ +[0-9a-f]+ +[0-9a-f]+ +[0-9]+ +[^ ]/ && !named && $5 !~ /^(\$|\.|<internal>)/ {
            label = $0; sub(/^( +[0-9a-f]+)+ +/, "", label); named = 1
        }
        END { put() }' "target/svcd-$1.map"
}

printf '%-16s %8s %8s %10s %8s %8s\n' program file code constants data zeroed
for name; do
    pieces "$name" | awk -v name="$name" -v file="$(wc -c <"dist/svcd-$name")" '
        { sum[$1] += $2 }
        END { printf "%-16s %8d %8d %10d %8d %8d\n", name, file, sum["code"], sum["constants"], sum["data"], sum["zeroed"] }'
done

if [ -n "${TOP:-}" ]; then
    printf '\nthe largest pieces of %s\n' "$1"
    pieces "$1" | grep -v '^zeroed' | sort -k2,2nr | head -n "$TOP"
fi
