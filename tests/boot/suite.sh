#!/bin/sh
# The first process of the system that the suite is run in: a small init, which
# makes what every system has, runs it, and switches off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
export SVCD_DIST=/suite/dist SVCD_SCALE=0.1 SVCD_DEADLINE=60
# Many small files for the crawl, as no documentation is here.
SVCD_TREE=$(echo /usr/lib/*/perl-base)
export SVCD_TREE
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
chmod 1777 /tmp
mkdir -p /dev/pts /dev/shm
mount -t devpts none /dev/pts
mount -t tmpfs none /dev/shm
ln -s /proc/self/fd /dev/fd
busybox insmod /suite/overlay.ko
busybox ip link set lo up
echo "suite: $(uname -sr) $(uname -m), started after $(cut -d ' ' -f 1 /proc/uptime) s"

cd /suite || exit
# Several words.
# shellcheck disable=SC2046
./suite --test-threads 8 $(cat arguments)
echo "suite: ended with $?"
busybox poweroff -f
