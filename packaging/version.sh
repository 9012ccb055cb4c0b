# shellcheck shell=sh
# To be read by the other scripts of this folder, which are in the top folder by then.
#
# Sets $version, $SOURCE_DATE_EPOCH and $out, the folder for what is made.

# shellcheck disable=SC2034 # for them
version=$(sed -n '/^\[package\]/,/^\[lib\]/s/^version = "\(.*\)"/\1/p' Cargo.toml)

# Every file of a release has this time: that of the commit, or in an unpacked release,
# which has it from there, of a file.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    if [ -e .git ]; then
        SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    else
        SOURCE_DATE_EPOCH=$(stat -c %Y Cargo.toml 2>/dev/null || stat -f %m Cargo.toml)
    fi
fi
export SOURCE_DATE_EPOCH

# Whoever runs this: no mode, no order and no date may depend on it.
umask 022
export LC_ALL=C TZ=UTC

out=${OUT:-dist/release}
mkdir -p "$out"
