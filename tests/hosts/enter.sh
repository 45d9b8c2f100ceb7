#!/bin/bash
# enter.sh NODE: makes what a machine has of its own, called in fresh namespaces with the overlay at
# /mnt/root, and waits there until it is ended.
set -e
mount --make-rprivate /
root=/mnt/$1
mkdir "$root"
mount --rbind /mnt/root "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mkdir -p "$root/sys/fs/cgroup"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for at in run tmp var/lib/docker var/lib/containerd var/lib/containers var/lib/libvirt; do
    mkdir -p "$root/$at"
    mount -t tmpfs tmpfs "$root/$at"
done
mkdir "$root/run/netns" "$root/run/lock" "$root/run/old"
chmod 1777 "$root/tmp"
echo "$1" >/proc/sys/kernel/hostname
cd "$root"
pivot_root . run/old
umount -l /run/old
touch /run/ready
exec sleep infinity
