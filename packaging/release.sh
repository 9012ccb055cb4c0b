#!/bin/sh
# What is released, from what `make build trace` has left in dist/: a tarball for each
# target with its SBOM, and one of the sources. To dist/release, or $OUT.
#
#   packaging/release.sh NAME...      linux-aarch64, linux-x86_64, darwin-aarch64
#
# The same commit and the same compiler give the same bytes, wherever and whenever:
# packaging/reproducible.sh tries it.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
version='' out=''
# shellcheck source=/dev/null
. packaging/version.sh

# Only GNU tar can say whose files they are to be, and of when.
tar=
for name in tar gtar; do
    if "$name" --version 2>/dev/null | grep -q 'GNU tar'; then tar=$name && break; fi
done
[ -n "$tar" ] || { echo "release: no GNU tar; on a Mac: brew install gnu-tar" >&2 && exit 1; }
command -v python3 >/dev/null || { echo "release: no python3, for the SBOM" >&2 && exit 1; }

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# pack FOLDER: of $stage, to $out. Files alone: unpacked by root, a folder in it would
# change owner and mode of one that is there.
pack() {
    (cd "$stage" && find "$1" -type f | sort) >"$stage/files"
    "$tar" -C "$stage" --format=ustar --mtime="@$SOURCE_DATE_EPOCH" --mode=u+rwX,go+rX,go-w \
        --owner=0 --group=0 --numeric-owner -T "$stage/files" -cf - | gzip -9n >"$out/$1.tar.gz"
    echo "release: $out/$1.tar.gz, $(wc -c <"$out/$1.tar.gz" | tr -d ' ') bytes"
}

for name; do
    folder=svcd-$version-$name
    root=$stage/$folder
    # What `make install` has, and where: unpacked in /usr/local, it is installed.
    "${MAKE:-make}" -s install HERE="$name" PREFIX= DESTDIR="$root"
    install -m 755 "dist/svcd-trace-$name" "$root/bin/svcd-trace"
    python3 packaging/sbom.py "$name" "$root" >"$out/$folder.cdx.json"
    install -m 644 "$out/$folder.cdx.json" "$root/share/doc/svcd/sbom.cdx.json"
    install -d "$root/share/svcd"
    case $name in
    linux-*)
        # systemd looks for units here too.
        install -d "$root/lib/systemd/system"
        install -m 644 packaging/systemd/svcd.service packaging/systemd/svcd.socket "$root/lib/systemd/system/"
        cp -R packaging/systemd packaging/openrc packaging/rc.d "$root/share/svcd/"
        ;;
    darwin-*) cp -R packaging/launchd "$root/share/svcd/" ;;
    esac
    pack "$folder"
done

if [ -e .git ]; then
    # Of the commit: what is not in it yet, is not in there either.
    # Whoever's umask git has been told for this, modes are the usual ones.
    git -c tar.umask=0022 archive --format=tar --prefix="svcd-$version/" HEAD | gzip -9n >"$out/svcd-$version.tar.gz"
    echo "release: $out/svcd-$version.tar.gz, $(wc -c <"$out/svcd-$version.tar.gz" | tr -d ' ') bytes"
fi

packaging/sums.sh
