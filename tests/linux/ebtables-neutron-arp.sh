#!/bin/bash
# Neutron's protection from ARP spoofing as its agent puts it in: a chain of a port with the policy DROP,
# looked for first, put in again without doing it twice, and taken away with the port.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add tap$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set tap$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
for table in nat filter; do
    ebtables -t $table --concurrent -L | grep neutron
    ebtables -t $table --concurrent -N neutronMAC-tap1 -P DROP
    ebtables -t $table --concurrent -N neutronARP-tap1 -P DROP
    ebtables -t $table --concurrent -N neutronARP-tap1 -P DROP
    ebtables -t $table --concurrent -F neutronARP-tap1
    ebtables -t $table --concurrent -A neutronARP-tap1 -p ARP --arp-ip-src 10.0.0.1/32 -j ACCEPT
done
ebtables -t nat --concurrent -A neutronMAC-tap1 -i tap1 --among-src 02:00:00:00:00:01 -j RETURN
ebtables -t nat --concurrent -A PREROUTING -i tap1 -j neutronMAC-tap1
ebtables -t nat --concurrent -A PREROUTING -i tap1 -j neutronARP-tap1 -p ARP
ebtables -t filter --concurrent -A FORWARD -i tap1 -j neutronARP-tap1 -p ARP
ebtables -t nat -L --Ln --Lc
ebtables-save | grep -v '^#'
ip netns exec h1 arping -c1 -w1 -I eth0 10.0.0.2 | grep -o 'Received.*'
ip -n h1 addr add 10.0.0.7/24 dev eth0
ip netns exec h1 arping -c1 -w1 -I eth0 -s 10.0.0.7 10.0.0.2 | grep -o 'Received.*'
ebtables -t nat --concurrent -A neutronARP-tap1 -p ARP --arp-ip-src 10.0.0.7 -j ACCEPT
ip netns exec h1 arping -c1 -w1 -I eth0 -s 10.0.0.7 10.0.0.2 | grep -o 'Received.*'
ebtables -t filter --concurrent -P neutronARP-tap1 ACCEPT
ip netns exec h1 arping -c1 -w1 -I eth0 -s 10.0.0.7 10.0.0.2 | grep -o 'Received.*'
# The port goes.
ebtables -t nat --concurrent -X neutronARP-tap1
ebtables -t nat --concurrent -D PREROUTING -i tap1 -j neutronARP-tap1 -p ARP
ebtables -t nat --concurrent -D PREROUTING -i tap1 -j neutronMAC-tap1
ebtables -t nat --concurrent -X neutronARP-tap1
ebtables -t nat --concurrent -F neutronARP-tap1
ebtables -t nat --concurrent -X neutronARP-tap1
ebtables -t nat --concurrent -X neutronMAC-tap1
ebtables -t nat -L
