#!/bin/sh
# Fetches what `make boot-test` boots into target/boot: Debian's arm64 kernel, an
# emulator for it, and the packages of the system that the tests run in.
#
#   tests/boot/packages.sh RUSTC
#
# Nothing is installed. apt gets a state of its own, which knows arm64 too: the
# machine's packages stay as they are, also where these would not go with them.
# If anything is missing, target/boot/missing says what, and the tests are skipped.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."
rustc=$1
place=$PWD/target/boot
log=$place/log

# What the tests run: sh, cat, mount, unshare, strace, perl. BusyBox is for the
# start, when there is no module and no network yet.
system="libc6 libgcc-s1 dash coreutils grep mount perl-base sed strace util-linux busybox-static"
# virtio needs virtio_ring: the order is that of first_process.sh.
modules="overlay virtio_ring virtio virtio_mmio failover net_failover virtio_net"
target=aarch64-unknown-linux-gnu

missing() {
    echo "$*" >"$place/missing"
    echo "boot: $*; the tests on a real kernel are skipped (see $log)"
    exit 0
}

# The compiler's std for the tests, if the compiler has none for arm64.
std_package() {
    [ ! -e "$("$rustc" --print sysroot)/lib/rustlib/$target" ] || return 0
    owner=$(dpkg -S "$(readlink -f "$rustc")" 2>/dev/null | sed 's/:.*//' | head -n 1)
    case $owner in
    rustc*) echo "libstd-rust${owner#rustc}-dev:arm64=$(dpkg-query -W -f '${Version}' "$owner")" ;;
    *) return 1 ;;
    esac
}

# What has been fetched is good until this file or the compiler changes.
wanted() { cat "$0" && "$rustc" -vV && std_package; }

mkdir -p "$place"
wanted=$(wanted | cksum) || missing "no std of $("$rustc" -V) for arm64"
[ "$(cat "$place/ready" 2>/dev/null)" != "$wanted" ] || exit 0
rm -rf "$place"
mkdir -p "$place"
: >"$log"
for command in apt-get dpkg-deb dpkg-query; do
    command -v $command >/dev/null || missing "no $command to fetch packages with"
done
echo "boot: fetching an arm64 kernel, its system and an emulator into target/boot"

# ---- a state of its own for apt ---------------------------------------------

here=$(dpkg --print-architecture)
mkdir -p "$place/apt/lists/partial" "$place/apt/archives/partial" "$place/debs"
cp /var/lib/dpkg/status "$place/apt/status"
: >"$place/apt/nothing"
cat >"$place/apt/conf" <<END
APT::Architecture "$here";
APT::Architectures { "$here"; "arm64"; };
APT::Sandbox::User "root";
Dir::State "$place/apt";
Dir::State::lists "$place/apt/lists";
Dir::State::status "$place/apt/status";
Dir::Cache "$place/apt";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
END
export APT_CONFIG="$place/apt/conf"
bounded() { timeout 300 "$@" 2>>"$log" </dev/null; }

bounded apt-get -qq update >>"$log" || missing "the package sources cannot be reached"

# would_install OPTION... PACKAGE...: the packages that apt would install.
would_install() {
    bounded apt-get install -s --no-install-recommends "$@" | awk '$1 == "Inst" { print $2 }'
}
# Of a machine that has nothing yet, and is an arm64 one.
arm64="-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::status=nothing"

kernel=$(bounded apt-cache depends linux-image-cloud-arm64:arm64 |
    sed -n 's/^ *Depends: \(linux-image-[^:]*\).*/\1/p' | head -n 1)
[ -n "$kernel" ] || missing "no linux-image-cloud-arm64 in the package sources"
# shellcheck disable=SC2086 # a list of names
system=$(would_install $arm64 $system)
[ -n "$system" ] || missing "no arm64 packages for the system in the package sources"
emulator=$(would_install qemu-system-arm)

# fetch FOLDER [OPTION...] PACKAGE...: the content of packages, to target/boot/FOLDER.
fetch() {
    into=$1
    shift
    [ $# -gt 0 ] || return 0
    mkdir -p "$place/debs" "$place/$into"
    (cd "$place/debs" && bounded apt-get -qq download "$@" >>"$log") || missing "packages for the $into cannot be fetched"
    for file in "$place"/debs/*.deb; do dpkg-deb -x "$file" "$place/$into" || missing "$file cannot be unpacked"; done
    rm -rf "$place/debs"
}

# ---- what is fetched --------------------------------------------------------

fetch kernel "$kernel:arm64"
# shellcheck disable=SC2086 # a list of names
fetch system $arm64 $system
# shellcheck disable=SC2086
fetch emulator $emulator
fetch sysroot libc6-dev:arm64 libc6:arm64 libgcc-s1:arm64
# shellcheck disable=SC2046
fetch std $(std_package)
rm -rf "$place/apt"

[ -x "$place/emulator/usr/bin/qemu-system-aarch64" ] || command -v qemu-system-aarch64 >/dev/null ||
    missing "no qemu-system-aarch64"

mv "$place"/kernel/boot/vmlinuz-* "$place/vmlinuz"
mkdir "$place/modules"
for module in $modules; do
    find "$place/kernel/lib" -name "$module.ko" -exec mv {} "$place/modules/" \;
    [ -e "$place/modules/$module.ko" ] || missing "no module $module in $kernel"
done
rm -rf "$place/kernel"

# Nobody reads them there.
for folder in doc man info locale i18n lintian bash-completion; do rm -rf "$place/system/usr/share/$folder"; done
rm -rf "$place"/system/usr/lib/*/gconv "$place"/system/usr/lib/*/audit
# The linker asks for it by this name, which another package has.
ln -s libgcc_s.so.1 "$(dirname "$(find "$place/sysroot" -name libgcc_s.so.1 | head -n 1)")/libgcc_s.so"

echo "boot: $kernel, $(du -sh "$place" | sed 's/[[:space:]].*//') in target/boot"
echo "$wanted" >"$place/ready"
