#!/bin/bash
# A packet to a group is for those who joined it, on the device on which they did.
set -v; trap 'echo "exit status $?"' ERR
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link set v0 up
ip -n b link set v1 up
ip -n b link set lo up
ip addr add 10.0.0.1/24 dev v0
ip -n b addr add 10.0.0.2/24 dev v1
ip netns exec b sysctl -q net.ipv4.icmp_echo_ignore_broadcasts=0
# All hosts are members of one group.
ping -c1 -W1 -I v0 224.0.0.1 | head -2
ping -q -c1 -W0.3 -I v0 239.1.1.1 | grep transmitted
ip -n b addr add 239.1.1.1/32 dev v1 autojoin
ping -c1 -W1 -I v0 239.1.1.1 | head -2
ping -q -c1 -W0.3 -I v0 239.1.1.2 | grep transmitted
# Joined on another device, it is not heard on this one.
ip -n b addr del 239.1.1.1/32 dev v1
ip -n b addr add 239.1.1.1/32 dev lo autojoin
ping -q -c1 -W0.3 -I v0 239.1.1.1 | grep transmitted
# Without a device the route to the group says where it goes.
ping -q -c1 -W0.3 239.1.1.1
ip -n b addr add 239.1.1.3/32 dev v1 autojoin
ip route add 239.0.0.0/8 dev v0
ping -c1 -W1 239.1.1.3 | head -2
# A group that is an address of this host is this host.
ip addr add 239.1.1.4/32 dev v0 autojoin
ping -q -c1 -W0.3 239.1.1.4 | grep transmitted
