#!/bin/bash
# Makes a script's world on the real kernel, then becomes the script: called in fresh network,
# mount and process namespaces, with the script as its argument.
#
# IPv6 is off everywhere, so that no address, route or packet of it shows in what a script prints,
# but for a script that has a line `# ipv6`.
# Standard output is line buffered, so that it mixes with standard error as it does on a terminal.
set -e
here=${BASH_SOURCE[0]%/*}
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/netns
mount -t sysfs sysfs /sys
grep -qx '# ipv6' "$1" || export WITHOUT_IPV6=1
if [ -n "$WITHOUT_IPV6" ]; then
    for conf in all default lo; do
        echo 1 >"/proc/sys/net/ipv6/conf/$conf/disable_ipv6"
    done
fi
# br_netfilter is a module elsewhere, and is there once it is loaded.
for call in iptables ip6tables arptables; do
    [ ! -e "/proc/sys/net/bridge/bridge-nf-call-$call" ] ||
        echo 0 >"/proc/sys/net/bridge/bridge-nf-call-$call"
done
# TOOLS is a folder of commands that stand before the real ones.
export PATH=$here/bin:${TOOLS:+$TOOLS:}/usr/sbin:/usr/bin:/sbin:/bin
exec stdbuf -oL bash "$1"
