#!/bin/bash
# Multicast and broadcast are flooded to all ports and to the bridge itself.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
ip link set br0 up
ip addr add 10.0.0.254/24 dev br0
sysctl -q net.ipv4.icmp_echo_ignore_broadcasts=0
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
for n in 2 3; do ip netns exec h$n sysctl -q net.ipv4.icmp_echo_ignore_broadcasts=0; done
ip netns exec h1 ping -b -c2 -i0.3 10.0.0.255 | grep seq=1 | sed 's/ (DUP!)//' | sort
ip -n h1 route add default dev eth0
ip netns exec h1 ping -c2 -i0.3 224.0.0.1 | grep seq=1 | sed 's/ (DUP!)//' | sort
ip netns exec h1 ping -q -c1 -W0.2 -I eth0 239.1.2.3 | grep transmitted
