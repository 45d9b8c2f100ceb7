#!/bin/bash
# Nothing is flooded to a proxy_arp port; neigh_suppress alone changes nothing.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_snooping 0
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n link set eth0 multicast off
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
rx() { ip -n h2 -j -s link show eth0 | grep -o '"rx":{"bytes":[0-9]*,"packets":[0-9]*'; }
ip netns exec h1 ping -q -c1 -W1 10.0.0.2 | grep transmitted
ip -n h2 neigh flush dev eth0
rx
to() { ip -n h1 neigh replace 10.0.0.9 lladdr $1 dev eth0 nud permanent; ip netns exec h1 ping -q -c1 -W0.1 10.0.0.9 >/dev/null; rx; }
to 02:00:00:00:99:99
to 03:00:00:00:99:99
to ff:ff:ff:ff:ff:ff
ip link set p2 type bridge_slave proxy_arp on
ip -d link show p2 | grep -o 'proxy_arp o[nf]*\|neigh_suppress o[nf]*'
to 02:00:00:00:99:99
to 03:00:00:00:99:99
to ff:ff:ff:ff:ff:ff
to 02:00:00:00:00:02
ip link set p2 type bridge_slave proxy_arp off neigh_suppress on
ip -d link show p2 | grep -o 'proxy_arp o[nf]*\|neigh_suppress o[nf]*'
to 02:00:00:00:99:99
to 03:00:00:00:99:99
