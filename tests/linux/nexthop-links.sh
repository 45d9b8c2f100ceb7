#!/bin/bash
# Next hop objects go with their devices: down, without carrier, gone, elsewhere; groups shrink, and
# routes go with them. Addresses do not matter.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
for n in 0 1 2; do ip link add eth$n type veth peer name far$n; ip link set eth$n up; ip link set far$n up; ip addr add 10.0.$n.1/24 dev eth$n; done
make() {
    for n in 0 1 2; do ip nexthop replace id 1$n via 10.0.$n.2 dev eth$n; done
    ip nexthop replace id 20 group 10/11/12
    ip nexthop replace id 21 group 10,5
    ip nexthop replace id 30 blackhole
    ip route replace 10.9.0.0/16 nhid 20
    ip route replace 10.8.0.0/16 nhid 21
    ip route replace 10.7.0.0/16 nhid 30
}
tell() { ip nexthop; ip route show root 10.0.0.0/8 proto boot; }
make
tell
# No carrier.
ip link set far1 down
tell
ip link set far1 up
tell
make
# Down.
ip link set eth0 down
tell
ip link set eth0 up
make
ip link set lo down
tell
ip link set lo up
# Without addresses.
ip addr flush dev eth2
tell
ip addr add 10.0.2.1/24 dev eth2
# A master.
ip link add br0 type bridge
ip link set br0 up
ip link set eth2 master br0
ip nexthop show master br0
ip link set eth2 nomaster
# Elsewhere.
ip netns add there
ip link set eth1 netns there
tell
# Gone.
ip link del eth0
tell
ip link del eth2
tell
