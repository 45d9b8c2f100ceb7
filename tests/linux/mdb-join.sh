#!/bin/bash
# With a querier, a packet to a group goes to those who joined it alone; without one, to everybody.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
for n in 2 3; do ip netns exec h$n sysctl -q net.ipv4.icmp_echo_ignore_broadcasts=0; done
# Frames that the others receive of a ping to a group.
frames() { ip -n h$1 -s link show eth0 | sed -n 4p | tr -s ' ' | cut -d' ' -f3; }
heard() {
    a=$(frames 2) b=$(frames 3)
    ip netns exec h1 ping -q -c3 -i0.05 -W0.2 -t1 -I eth0 $1 >/dev/null
    echo $1: h2 $(($(frames 2) - a >= 3)), h3 $(($(frames 3) - b >= 3))
}
sleep 2
heard 239.1.1.1
ip -n h2 addr add 239.1.1.1/32 dev eth0 autojoin
sleep 2
bridge -d mdb
heard 239.1.1.1
# A querier makes the entries count, once whoever listens had the time to answer.
ip link set br0 type bridge mcast_query_response_interval 100
ip link set br0 type bridge mcast_querier 1
heard 239.1.1.1
sleep 3
bridge -d mdb
heard 239.1.1.1
heard 239.1.1.2
# Groups of the link itself are for everybody.
heard 224.0.0.5
ip link set br0 type bridge mcast_querier 0
heard 239.1.1.2
ip link set br0 type bridge mcast_querier 1
sleep 3
heard 239.1.1.2
ip link set br0 type bridge mcast_snooping 0
heard 239.1.1.2
bridge mdb
