#!/usr/bin/env bash
# A bridge forgets a station that was silent for five minutes. Run with --virtual-time, this takes
# no time:
#
#   netloom run --virtual-time examples/ageing.sh
set -e

ip link add br0 type bridge
ip link set br0 up
for i in 1 2; do
    ip netns add host$i
    # IPv6 asks for routers now and then: these stations shall be silent.
    ip netns exec host$i sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
    ip link add port$i type veth peer name eth0 netns host$i
    ip link set port$i master br0 up
    ip -n host$i addr add 192.168.9.$i/24 dev eth0
    ip -n host$i link set eth0 up
done
ip netns exec host1 ping -c 1 192.168.9.2

learned() {
    bridge fdb show br br0 | grep -v -c -e permanent -e self || true
}

echo "learned: $(learned)"
[ "$(learned)" -eq 2 ]

echo "# Five minutes and a little later"
sleep 330
echo "learned: $(learned)"
[ "$(learned)" -eq 0 ]

echo "# The neighbours are still known, though nobody vouches for them any more"
ip -n host1 neigh show
