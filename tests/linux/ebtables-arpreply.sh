#!/bin/bash
# ebtables answers ARP in the place of who is asked.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ebtables -t nat -A PREROUTING -p ARP --arp-op Request --arp-ip-dst 10.0.0.9 -j arpreply --arpreply-mac 02:00:00:00:00:55
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.9 | grep -o 'reply from.*\]'
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'reply from.*\]'
ebtables -t nat -L PREROUTING --Lc
