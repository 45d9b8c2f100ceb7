#!/usr/bin/env bash
# Three namespaces in a row: the one in the middle forwards.
set -e

ip netns add client
ip netns add router
ip netns add server
ip link add veth0 netns client type veth peer name veth1 netns router
ip link add veth3 netns server type veth peer name veth2 netns router

ip -n client addr add 10.10.1.2/24 dev veth0
ip -n router addr add 10.10.1.1/24 dev veth1
ip -n router addr add 10.10.2.1/24 dev veth2
ip -n server addr add 10.10.2.2/24 dev veth3
for end in client/veth0 router/veth1 router/veth2 server/veth3; do
    ip -n ${end%/*} link set ${end#*/} up
done
ip -n client route add default via 10.10.1.1
ip -n server route add default via 10.10.2.1

echo "# A host that does not forward answers for itself alone"
ip netns exec client ping -c 1 10.10.2.1
if ip netns exec client ping -c 1 -W 1 10.10.2.2; then
    echo "it should not have" >&2
    exit 1
fi

echo "# A router does"
ip netns exec router sysctl -w net.ipv4.ip_forward=1
ip netns exec client ping -c 2 10.10.2.2
ip netns exec client traceroute -n 10.10.2.2
ip -n router neigh show
