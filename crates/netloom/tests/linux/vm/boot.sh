#!/bin/bash
# Boots the machine that make.sh made in folder $1 with the folder $2, which holds the file
# `command` that the guest runs and takes what it writes; ends with it. What the console said is
# in $2/console.
set -e
exec timeout --signal=KILL 1500 qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 768 \
    -nodefaults -no-user-config -display none -no-reboot \
    -chardev "file,id=console,path=$2/console" -serial chardev:console \
    -kernel "$1/vmlinuz" -initrd "$1/first.cpio.gz" \
    -append 'console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off random.trust_cpu=on tsc=reliable no_timer_check' \
    -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$2,mount_tag=run,security_model=none" \
    -virtfs "local,path=$1/kernel,mount_tag=kernel,security_model=none,readonly=on"
