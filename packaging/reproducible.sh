#!/bin/sh
# Builds a release a second time as somebody else would, and compares it bit by bit with
# that of dist/: later, from another folder, as a user with another home, umask, locale
# and time zone, whose cargo keeps its crates elsewhere.
#
#   packaging/reproducible.sh NAME...             all from the beginning
#   packaging/reproducible.sh --quick NAME...     with the core and the crates of target/,
#                                                 which are most of the work, and the trace
#                                                 flavour of dist/
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
here=$PWD
quick=
if [ "$1" = --quick ]; then quick=yes && shift; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
there=$work/elsewhere

git clone --quiet --no-checkout "$here" "$there"
# What is not committed yet, too.
git ls-files --cached --others --exclude-standard | while IFS= read -r file; do
    [ ! -e "$file" ] || printf '%s\n' "$file"
done >"$work/files"
tar -T "$work/files" -cf - | (umask 077 && tar -C "$there" -xmf -)

mkdir -p "$there/target" "$work/home/.cargo" "$work/one" "$work/two"
cp target/toolchain.env "$there/target/"
for entry in "${CARGO_HOME:-$HOME/.cargo}"/*; do ln -s "$entry" "$work/home/.cargo/"; done
home=$work/home/.cargo
if [ -n "$quick" ]; then
    # cargo would not know the crates again if they were elsewhere.
    home=${CARGO_HOME:-$HOME/.cargo}
    for name; do
        for folder in target/release target/"${name#*-}"-*"${name%-*}"*/release; do
            for part in .fingerprint build deps; do
                mkdir -p "$there/$folder/$part"
                find "$folder/$part" -mindepth 1 -maxdepth 1 ! -name '*svcd*' \
                    -exec cp -Rp {} "$there/$folder/$part/" \;
            done
        done
        mkdir -p "$there/dist"
        cp "dist/svcd-trace-$name" "$there/dist/"
    done
fi

# as_another COMMAND...
as_another() {
    (
        cd "$there"
        umask 077
        unset CARGO_TARGET_DIR
        export HOME="$work/home" CARGO_HOME="$home" USER=another LC_ALL=C.UTF-8 TZ=Pacific/Kiritimati
        "$@"
    )
}

as_another linker/build.sh release "$@"
[ -n "$quick" ] || as_another linker/build.sh trace "$@"
OUT=$work/one packaging/release.sh "$@" >/dev/null
OUT=$work/two as_another packaging/release.sh "$@" >/dev/null
for name; do
    case $name in
    linux-x86_64) arch=amd64 ;;
    linux-aarch64) arch=arm64 ;;
    *) continue ;;
    esac
    command -v dpkg-deb >/dev/null || continue
    OUT=$work/one packaging/debian/build.sh "$arch" >/dev/null
    OUT=$work/two as_another packaging/debian/build.sh "$arch" >/dev/null
done

cd "$work"
for file in one/*; do
    cmp "$file" "two/${file#one/}"
    echo "reproducible: ${file#one/}"
done
