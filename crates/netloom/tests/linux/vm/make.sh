#!/bin/bash
# Makes what boots the virtual machine, in the folder given: the distribution's kernel with its
# modules, and a first file system that does no more than hand over to this machine's root, which
# the guest mounts read-only over 9p: so the real tools are there as they are installed here.
# Nothing is done if it is there already.
set -e
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
cd "$1"
# One at a time: it is made for all who boot it.
exec 9>lock
flock 9

# linux-image-amd64 depends on the newest kernel that the lists know.
newest() {
    apt-cache depends linux-image-amd64 2>/dev/null |
        awk '$1 == "Depends:" && /linux-image/ {print $2; exit}'
}
package=$(newest)
if [[ ! $package ]]; then
    apt-get -qq update
    package=$(newest)
fi
[[ $package ]] || { echo "linux-image-amd64 is no package here" >&2; exit 1; }
version=${package#linux-image-}
if [[ -e $version.made && ! $here/init -nt $version.made && ! $here/make.sh -nt $version.made ]]; then
    exit 0
fi

rm -rf kernel first vmlinuz ./*.made
[[ -e $(echo "$package"_*.deb) ]] || apt-get -qq -o APT::Sandbox::User=root download "$package"
dpkg-deb -x "$package"_*.deb kernel
rm -f "$package"_*.deb
depmod -b kernel "$version"
modules=kernel/lib/modules/$version

mkdir -p first/{bin,dev,proc,sys,root,modules}
cp /bin/busybox first/bin/busybox
cp "$here/init" first/init
chmod 755 first/init
# In the order in which they are to be loaded.
for module in virtio_pci 9pnet_virtio 9p; do
    modprobe -d kernel -S "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' >order
while read -r file; do
    cp "$file" first/modules/
    echo "${file##*/}"
done <order >first/modules/order
(cd first && find . | cpio --quiet -o -H newc | gzip -1) >first.cpio.gz
# Uncompressed it starts in half the time: the guest would be long at it.
image=kernel/boot/vmlinuz-$version
at=$(LC_ALL=C grep -abom1 $'\xfd7zXZ' "$image" | head -1 | cut -d: -f1)
if ! { tail -c "+$((at + 1))" "$image" | xz -dc --single-stream >vmlinuz; } 2>/dev/null || [[ ! -s vmlinuz ]]; then
    cp "$image" vmlinuz
fi
ln -sfn "$PWD/$modules" modules
echo "$version" >version
touch "$version.made"
