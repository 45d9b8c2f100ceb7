#!/bin/bash
# A TUN or TAP has no carrier while no program holds it.
set -v; trap 'echo "exit status $?"' ERR
ip netns add a
exec 2>&1
ip netns exec a bash -c '
set -v
ip link set lo up
ip tuntap add dev tap0 mode tap
ip tuntap add tun0 mode tun user 0 group 5 pi
ip tuntap add dev mq mode tap multi_queue vnet_hdr one_queue
ip tuntap
ip -j tuntap
ip link set tap0 address 02:00:00:00:00:10
ip link set mq address 02:00:00:00:00:11
ip link show tap0
ip -d link show tun0
ip -d link show mq
ip link set tun0 up
ip link set tap0 up
ip addr add 10.9.0.1/24 dev tun0
ip addr add 10.8.0.1/24 dev tap0
ip link show tun0
ip link show tap0
ip -br link show tun0
ip -j link show tun0
ip addr show tun0
ip route
ip route show table local dev tun0
ping -q -c1 -W0.2 10.9.0.1 | grep transmitted
ping -q -c1 -W0.2 10.9.0.2 | grep transmitted
ip -s link show tun0 | tail -2
ip neigh
ethtool -i tun0 | head -2
ethtool -i tun0 | grep bus-info
ethtool -i tap0 | grep bus-info
# Only a TAP can be a port of a bridge, and only it has an address.
ip link add br0 type bridge
ip link set tap0 master br0
ip link set tun0 master br0
ip link set tun0 address 02:00:00:00:00:12
# What is refused.
ip tuntap add dev tap0 mode tap
ip tuntap add dev tap0 mode tun
ip tuntap add dev lo mode tun
ip tuntap add dev x
ip tuntap add dev x mode foo
ip tuntap add dev x mode tun user nosuchuser
ip tuntap add dev 0123456789abcdef mode tap
ip tuntap add dev x mode tap name y
ip tuntap frobnicate
ip tuntap del dev tun0 mode tap
ip tuntap del dev lo mode tun
ip tuntap del dev nothing mode tun
ip tuntap del dev tun0 mode tun
ip link add x type tun
ip link del tap0
ip tuntap
# Without a name the first free one.
ip tuntap add mode tap
ip tuntap add mode tun
ip tuntap
'
