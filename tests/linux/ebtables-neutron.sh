#!/bin/bash
# Chains as a cloud makes them keep a guest from claiming the addresses of another.
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
# Neutron's protection: only its own addresses may a port speak for.
ebtables -t nat -N neutronMAC-p1 -P DROP
ebtables -t nat -A PREROUTING -i p1 -j neutronMAC-p1
ebtables -t nat -A neutronMAC-p1 -i p1 --among-src 02:00:00:00:00:01, -j RETURN
ebtables -t nat -N neutronARP-p1 -P DROP
ebtables -t nat -A neutronARP-p1 -p ARP --arp-ip-src 10.0.0.1 -j ACCEPT
ebtables -t nat -A PREROUTING -i p1 -p ARP -j neutronARP-p1
ebtables -t nat -D neutronMAC-p1 1
ebtables -t nat -A neutronMAC-p1 -i p1 --among-src 02:00:00:00:00:01 -j RETURN
ebtables-save -t nat | grep -v '^#'
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'Received.*'
ip -n h1 addr add 10.0.0.7/24 dev eth0
ip netns exec h1 arping -c1 -w1 -I eth0 -s 10.0.0.7 10.0.0.2 | grep -o 'Received.*'
ip -n h1 link set eth0 address 02:00:00:00:00:08
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'Received.*'
ebtables -t nat -L neutronARP-p1 --Lc
