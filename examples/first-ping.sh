#!/usr/bin/env bash
# Two hosts on a bridge and a third behind a router: the first ping, and the way it took.
#
#   left 10.0.1.1 --+                     +-- 10.0.2.1 far
#                   br0 -- router (10.0.1.254, 10.0.2.254)
#  right 10.0.1.2 --+
set -e

for ns in left right switch router far; do
    ip netns add $ns
    ip -n $ns link set lo up
done

echo "# A bridge in a namespace of its own, and three cables to it"
ip -n switch link add br0 type bridge
ip -n switch link set br0 up
for ns in left right router; do
    ip link add eth0 netns $ns type veth peer name to-$ns netns switch
    ip -n switch link set to-$ns master br0 up
    ip -n $ns link set eth0 up
done

echo "# Addresses, and the way to the other network"
ip -n left addr add 10.0.1.1/24 dev eth0
ip -n right addr add 10.0.1.2/24 dev eth0
ip -n router addr add 10.0.1.254/24 dev eth0
ip link add eth1 netns router type veth peer name eth0 netns far
ip -n router addr add 10.0.2.254/24 dev eth1
ip -n router link set eth1 up
ip -n far addr add 10.0.2.1/24 dev eth0
ip -n far link set eth0 up
ip -n left route add default via 10.0.1.254
ip -n far route add default via 10.0.2.254
ip netns exec router sysctl -w net.ipv4.ip_forward=1

echo "# The first ping: over the bridge, then through the router"
ip netns exec left ping -c 2 10.0.1.2
ip netns exec left ping -c 2 10.0.2.1

echo "# What the bridge has learned"
bridge -n switch fdb show br br0 dynamic

echo "# The whole way of that ping, and of its answer"
netloom explain --in left 10.0.2.1
