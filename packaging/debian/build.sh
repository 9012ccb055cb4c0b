#!/bin/sh
# The Debian packages, from what `make build` has left in dist/: dist/release/ (or
# $OUT) svcd_VERSION_ARCH.deb.
#
#   packaging/debian/build.sh ARCH...      amd64, arm64
#
# dpkg-deb is all that it takes, so that any machine makes them for both. Built-Using and
# its kin are not there: they name packages of Debian that code came from, and here it
# came from crates, which the SBOM of the release has.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
version='' out=''
# shellcheck source=/dev/null
. packaging/version.sh
command -v dpkg-deb >/dev/null || { echo "deb: no dpkg-deb; install dpkg" >&2 && exit 1; }

# Who answers for it: as devscripts have it. Not who made the commit, whom nobody knows
# who builds it from a tarball.
maintainer="${DEBFULLNAME:-svcd maintainers} <${DEBEMAIL:-svcd@example.org}>"
escaped=$(printf '%s\n' "$maintainer" | sed 's/[\\/&]/\\&/g')

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# changelog: what deb-changelog(5) asks for, from CHANGELOG.md.
changelog() {
    awk -v by="$maintainer" '
        # The item that has been read, in lines that lintian likes.
        function finish_item(  n, i, words, line) {
            n = split(item, words, " ")
            line = "  *"
            for (i = 1; i <= n; i++) {
                if (length(line words[i]) > 78) { print line; line = "   " }
                line = line " " words[i]
            }
            if (n) print line
            item = ""
        }
        function finish() { finish_item(); if (version) printf "\n -- %s  %s\n", by, date }
        /^## \[[0-9]/ {
            finish()
            if (version) print ""
            gsub(/[][]/, "", $2)
            version = $2
            # GNU, or BSD.
            ask = "date -u -d " $4 " \"+%a, %d %b %Y %T +0000\" 2>/dev/null || "
            ask = ask "date -u -j -f \"%Y-%m-%d %T\" \"" $4 " 00:00:00\" \"+%a, %d %b %Y %T +0000\""
            ask | getline date
            close(ask)
            printf "svcd (%s) unstable; urgency=medium\n\n", version
            next
        }
        !version || /^#/ || /^$/ { finish_item(); next }
        /^- / { finish_item(); item = substr($0, 3); next }
        item { item = item $0 }
        END { finish() }' CHANGELOG.md
}

# packed FILE PLACE: as dh_compress does it.
packed() { gzip -9n <"$1" >"$2" && chmod 644 "$2"; }

for arch; do
    case $arch in
    amd64) name=linux-x86_64 ;;
    arm64) name=linux-aarch64 ;;
    *) echo "deb: svcd does not run on $arch" >&2 && exit 1 ;;
    esac
    root=$stage/$arch
    doc=$root/usr/share/doc/svcd
    install -d "$root/DEBIAN" "$root/etc/default" "$root/usr/lib/systemd/system" "$root/usr/bin" "$doc/examples" \
        "$root/usr/share/man/man8" "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" \
        "$root/usr/share/fish/vendor_completions.d" "$root/usr/share/lintian/overrides"

    install -m 755 "dist/svcd-$name" "$root/usr/bin/svcd"
    packed docs/svcd.8 "$root/usr/share/man/man8/svcd.8.gz"
    install -m 644 completions/svcd.bash "$root/usr/share/bash-completion/completions/svcd"
    install -m 644 completions/_svcd "$root/usr/share/zsh/vendor-completions/"
    install -m 644 completions/svcd.fish "$root/usr/share/fish/vendor_completions.d/"
    install -m 644 packaging/debian/svcd.lintian-overrides "$root/usr/share/lintian/overrides/svcd"
    install -m 644 packaging/debian/copyright "$doc/"
    changelog >"$stage/changelog"
    packed "$stage/changelog" "$doc/changelog.gz"
    install -m 644 packaging/debian/default "$root/etc/default/svcd"
    echo /etc/default/svcd >"$root/DEBIAN/conffiles"
    install -m 644 packaging/systemd/svcd.service packaging/systemd/svcd.socket "$root/usr/lib/systemd/system/"
    install -m 644 packaging/systemd/*.conf "$doc/examples/"
    install -m 644 packaging/rc.d/svcd "$doc/examples/svcd.init"

    for script in postinst prerm postrm; do
        install -m 755 "packaging/debian/$script" "$root/DEBIAN/"
    done
    # In KiB, without what is not installed.
    size=$(cd "$root" && find . -type f ! -path './DEBIAN/*' -exec wc -c {} \; | awk '{ n += int(($1 + 1023) / 1024) } END { print n }')
    sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$size/" -e "s/@MAINTAINER@/$escaped/" \
        packaging/debian/control >"$root/DEBIAN/control"
    (cd "$root" && find . -type f ! -path './DEBIAN/*' | sed 's|^\./||' | sort | xargs md5sum) >"$root/DEBIAN/md5sums"

    # It packs in the order of names, with the dates of SOURCE_DATE_EPOCH.
    dpkg-deb --root-owner-group -Zxz --build "$root" "$out/svcd_${version}_$arch.deb" >/dev/null
    echo "deb: $out/svcd_${version}_$arch.deb, $(wc -c <"$out/svcd_${version}_$arch.deb" | tr -d ' ') bytes"
done
