#!/bin/bash
# ipv6
# How IPv6 makes interface identifiers is set of a link that is there, and told with its details.
set -v; trap 'echo "exit status $?"' ERR
ip link add v0 type veth peer name v1
mode() { ip -d link show "$1" | grep -o 'addrgenmode [^ ]*'; }
mode v0
ip link set v0 addrgenmode none
mode v0
ip -d -j link show v0 | grep -o '"inet6_addr[^,]*'
sysctl net.ipv6.conf.v0.addr_gen_mode
ip link set v0 addrgenmode random
mode v0
# Without a secret nothing can be made of it.
ip link set v0 addrgenmode stable_secret
sysctl -w net.ipv6.conf.v1.stable_secret=2001:db8::1
mode v1
ip link set v1 addrgenmode eui64
ip link set v1 addrgenmode stable_secret
mode v1
ip link set v0 addrgenmode hardware
ip link set v0 addrgenmode
# `none` makes no link-local address.
ip link set v1 addrgenmode none up
ip link set v0 up
sleep 0.2
ip -6 -br addr show dev v1
ip -6 addr show dev v0 | grep -o 'scope link.*privacy'
# A link that is only being made has no IPv6 yet, and one of a small MTU none at all.
ip link add v2 addrgenmode none type veth peer name v3
ip link add v2 type veth peer name v3 addrgenmode none
ip link add v2 mtu 1000 type veth peer name v3
mode v2
ip link set v2 addrgenmode none
ip -d addr show v1 | grep -c addrgenmode
