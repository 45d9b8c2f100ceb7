#!/bin/bash
# How a setting for all devices and a device's own combine: the greater, either, or the device's alone.
set -v; trap 'echo "exit status $?"' ERR
ip netns add NS
ip link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11 netns NS
ip addr add 10.0.0.1/24 dev veth0
ip -n NS addr add 10.0.0.2/24 dev veth1
ip link set veth0 up
ip -n NS link set veth1 up
ip -n NS addr add 192.168.9.1/32 dev lo
ip -n NS link set lo up
ip route add 192.168.9.1 dev veth0
sysctl -q net.ipv4.neigh.veth0.retrans_time_ms=100
answers() { ip neigh flush dev veth0; ping -q -c1 -W0.2 192.168.9.1 | grep -o '[0-9] received'; }
set_() { ip netns exec NS sysctl -q net.ipv4.conf.all.$1=$2 net.ipv4.conf.veth1.$1=$3; echo "$1: all $2, veth1 $3"; }
for pair in '0 0' '1 0' '0 1' '1 1'; do set_ arp_ignore $pair; answers; done
set_ arp_ignore 0 0
ip netns exec NS sysctl net.ipv4.conf.all.forwarding=1
ip netns exec NS sysctl net.ipv4.conf.veth1.forwarding net.ipv4.conf.lo.forwarding net.ipv4.conf.default.forwarding
ip netns exec NS sysctl net.ipv4.conf.veth1.forwarding=0
ip netns exec NS sysctl net.ipv4.conf.all.forwarding net.ipv4.ip_forward
