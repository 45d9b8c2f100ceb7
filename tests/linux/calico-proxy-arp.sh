#!/bin/bash
# A host route to each pod and proxy ARP for 169.254.1.1: routing to the last veth, without a bridge.
set -v; trap 'echo "exit status $?"' ERR
sysctl -w net.ipv4.ip_forward=1
ip link set lo up
ip link add uplink type veth peer name far
ip addr add 10.9.0.1/24 dev uplink
ip link set uplink up
ip link set far up
ip route add default via 10.9.0.254
for n in 1 2; do
    ip netns add pod$n
    ip link add cali$n address ee:ee:ee:ee:ee:ee type veth peer name eth0 address 02:00:00:00:00:0$n netns pod$n
    ip link set cali$n up
    sysctl net.ipv4.conf.cali$n.proxy_arp=1 net.ipv4.neigh.cali$n.proxy_delay=0
    ip route add 192.168.0.$n dev cali$n
    ip -n pod$n addr add 192.168.0.$n/32 dev eth0
    ip -n pod$n link set eth0 up
    ip -n pod$n route add 169.254.1.1 dev eth0
    ip -n pod$n route add default via 169.254.1.1
done
ip netns exec pod1 ping -c1 -W1 192.168.0.2
ip -n pod1 neigh show | cut -d' ' -f1-5
ip -n pod1 route
ip netns exec pod1 traceroute -n -q1 -N1 -w0.5 -m4 192.168.0.2
ip route
