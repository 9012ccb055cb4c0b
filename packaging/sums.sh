#!/bin/sh
# SHA256SUMS of this version's files in dist/release, or $OUT; and the formula of
# Homebrew, which has them too, if $URL says where the tarballs will be.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
version='' out=''
# shellcheck source=/dev/null
. packaging/version.sh

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

cd "$out"
set --
for file in "svcd-$version"* "svcd_${version}_"*; do
    [ ! -f "$file" ] || set -- "$@" "$file"
done
if [ -n "${URL:-}" ]; then
    sum() { sha256 "svcd-$version-$1.tar.gz" | cut -d ' ' -f 1; }
    sed -e "s|@URL@|$URL|g" -e "s|@VERSION@|$version|g" -e "s|@HOMEPAGE@|${HOMEPAGE:-$URL}|" \
        -e "s|@DARWIN_AARCH64@|$(sum darwin-aarch64)|" -e "s|@LINUX_AARCH64@|$(sum linux-aarch64)|" \
        -e "s|@LINUX_X86_64@|$(sum linux-x86_64)|" "$OLDPWD/packaging/homebrew/svcd.rb" >svcd.rb
fi
[ ! -e svcd.rb ] || set -- "$@" svcd.rb
sha256 "$@" >SHA256SUMS
echo "release: $out/SHA256SUMS, $# files"
