#!/bin/bash
# In and out by the same device and the sender on-link: the router sends a redirect, and the packet on.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set lo up
    ip -n h$n link set eth0 up
done
ip -n h3 addr add 192.168.7.1/24 dev lo
ip netns exec h2 sysctl -q net.ipv4.ip_forward=1
ip -n h2 route add 192.168.7.0/24 via 10.0.0.3
ip -n h1 route add 192.168.7.0/24 via 10.0.0.2
ip netns exec h1 ping -c1 -W1 192.168.7.1
ip -n h1 route get 192.168.7.1
ip netns exec h1 sysctl net.ipv4.conf.all.secure_redirects net.ipv4.conf.eth0.accept_redirects
ip -n h1 route flush cache
ip netns exec h2 sysctl net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
ip netns exec h1 ping -c1 -W1 192.168.7.1
