#!/usr/bin/env bash
# A bridge learns where its stations are: before it knows it floods, afterwards it does not.
set -e

ip link add br0 type bridge
ip link set br0 up
for i in 1 2 3; do
    ip netns add host$i
    ip link add port$i type veth peer name eth0 netns host$i
    ip link set port$i master br0 up
    ip -n host$i addr add 192.168.7.$i/24 dev eth0
    ip -n host$i link set eth0 up
done

echo "# The ports"
bridge link show

echo "# host1 asks for host2; the third sees no more than the first question"
ip netns exec host3 tcpdump -l -n -i eth0 -c 1 &
sleep 0.1
ip netns exec host1 ping -c 3 192.168.7.2
wait

echo "# What it learned"
bridge fdb show br br0 | grep -v permanent

echo "# Isolated ports do not reach each other"
bridge link set dev port1 isolated on
bridge link set dev port2 isolated on
ip -n host1 neigh flush all
if ip netns exec host1 ping -c 1 -W 1 192.168.7.2; then
    echo "they should not have" >&2
    exit 1
fi
ip netns exec host1 ping -c 1 192.168.7.3
