#!/bin/sh
# Runs a command as the first process of a machine of its own: with processes, mounts,
# a network and a root folder that nobody else has. Only /usr is this system's, and it
# cannot be written. So services can be started as on a real machine, also those that
# tidy up /tmp when they boot.
#
#   root.sh FOLDER PROGRAM PREPARE COMMAND...
#
# FOLDER is where the root is mounted, PROGRAM becomes /usr/local/bin/svcd, and PREPARE
# is a script that fills the root, which it finds as the current folder. $CGROUP is a
# cgroup, which becomes the one at the top.
set -eu
if [ "${1:-}" != --inside ]; then
    echo $$ >"$CGROUP/cgroup.procs"
    exec unshare --mount --pid --fork --kill-child=KILL --net --ipc --uts --cgroup "$0" --inside "$@"
fi
shift
root=$1 program=$2 prepare=$3
shift 3

mount --make-rprivate /
mount -t tmpfs -o mode=755 root "$root"
cd "$root"
mkdir usr etc dev proc sys run tmp var var/lib var/log var/cache var/tmp srv srv/www root home opt
chmod 1777 tmp var/tmp
mount --rbind /usr usr
mount -o remount,bind,ro usr
mount -t tmpfs -o mode=755 local usr/local
mkdir usr/local/bin
cp "$program" usr/local/bin/svcd
chmod 755 usr/local/bin/svcd
for name in bin sbin lib lib64; do
    if [ -L "/$name" ]; then
        cp -P "/$name" .
    elif [ -d "/$name" ]; then
        mkdir "$name"
        mount --rbind "/$name" "$name"
        mount -o remount,bind,ro "$name"
    fi
done
echo 'root:x:0:0::/root:/bin/sh
nobody:x:65534:65534::/:/bin/false' >etc/passwd
echo 'root:x:0:
nogroup:x:65534:' >etc/group
echo 0123456789abcdef0123456789abcdef >etc/machine-id
[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache etc/

mount -t proc proc proc
# systemd sets some of these when it boots; they are everybody's.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm
for node in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "dev/${node%:*}" c 1 "${node#*:}"
done
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s null dev/console
ln -s /proc/self/fd dev/fd
ip link set lo up

sh -eu "$prepare"
mkdir old
pivot_root . old
cd /
umount -l old
rmdir old
# As outside of containers: systemd hands files over by mounts.
mount --make-rshared /
: >/run/machine
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=test "$@"
