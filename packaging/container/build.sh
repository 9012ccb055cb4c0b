#!/bin/sh
# Makes the images of containers, for amd64 and arm64, from dist/ and without a daemon:
# buildah or podman builds packaging/container/Containerfile.
#
#   packaging/container/build.sh [FOLDER]
#
# FOLDER (dist) then has image/, a layout of the OCI with the tags VERSION and VERSION-cgi,
# and the same as one file, svcd-VERSION-oci.tar. The same programs give the same bytes;
# the time is that of a release.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
export OUT="${1:-dist}"
version='' out=''
# shellcheck source=/dev/null
. packaging/version.sh
folder=$out
time=$SOURCE_DATE_EPOCH

for engine in buildah podman; do
    command -v $engine >/dev/null && break
    engine=
done
[ -n "$engine" ] || {
    echo "image: there is no buildah or podman; install one" >&2
    exit 1
}

# What else is on this machine, and in the caches of others, does not matter.
context=target/image log=target/image.log
: >"$log"
rm -rf "$context" "$folder/image"
mkdir -p "$context" "$folder/image"
storage=$(mktemp -d)
trap 'rm -rf "$storage"' EXIT
build() {
    $engine --root "$storage/root" --runroot "$storage/run" --storage-driver vfs "$@" >>"$log" 2>&1 || {
        tail -n 5 "$log" >&2
        exit 1
    }
}

cp packaging/container/Containerfile packaging/container/index.html "$context/"
for machine in amd64:x86_64 arm64:aarch64; do
    name=linux-${machine#*:} place=$context/${machine%:*}
    mkdir "$place"
    cp "dist/svcd-$name" "$place/svcd"
    cp "dist/examples/cgi-$name" "$place/cgi"
    cp "dist/examples/11-cgi-$name" "$place/11-cgi"
done
find "$context" -exec touch -h -d "@$time" {} +

for target in files cgi; do
    case $target in files) tag=$version ;; *) tag=$version-$target ;; esac
    build manifest create "svcd:$tag"
    for machine in amd64 arm64; do
        build build --layers=false --identity-label=false --timestamp "$time" \
            --platform "linux/$machine" --build-arg "TARGETARCH=$machine" --build-arg "VERSION=$version" \
            --target $target --tag "svcd-$target-$machine" "$context"
        build manifest add "svcd:$tag" "containers-storage:localhost/svcd-$target-$machine"
    done
    build manifest push --all "svcd:$tag" "oci:$folder/image:$tag"
done

archive=$folder/svcd-$version-oci.tar
tar --sort=name --format=ustar --mtime="@$time" --owner=0 --group=0 --numeric-owner --mode=u+rw,go=r,a+X \
    -cf "$archive" -C "$folder/image" .
for tag in "$version" "$version-cgi"; do
    echo "image: svcd:$tag for amd64 and arm64 in $archive"
done
wc -c "$archive"
