#!/bin/bash
# A frame to a reserved group that is not forwarded is for the port's own stack: an address on a port answers it.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge vlan_default_pvid 0 mcast_snooping 0
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
ip addr add 10.9.0.1/24 dev p1
ip route add 10.0.0.1/32 dev p1
ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev p1
ip -n h1 route add 10.9.0.0/24 dev eth0
to() { ip -n h1 neigh replace 10.9.0.1 lladdr $1 dev eth0 nud permanent; ip netns exec h1 ping -q -c1 -W0.1 10.9.0.1 | grep transmitted; }
to 01:80:c2:00:00:02
to 01:80:c2:00:00:0e
bridge fdb show dev p1 | grep -Ev '^(33:33|01:00:5e)'
to 01:80:c2:00:00:01
to 01:80:c2:00:00:10
ip link set br0 type bridge group_fwd_mask 0x4000
to 01:80:c2:00:00:0e
to 01:80:c2:00:00:0d
# A port that does not forward hands them up too, and learns nothing.
bridge link set dev p1 state 1
bridge fdb flush dev p1 dynamic master
to 01:80:c2:00:00:0d
to 01:80:c2:00:00:0e
bridge fdb show dev p1 | grep -Ev '^(33:33|01:00:5e)'
