#!/bin/bash
# Behind a port from which queries come is a router: it gets every group, for a while; a port can be set so.
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
frames() { ip -n h$1 -s link show eth0 | sed -n 4p | tr -s ' ' | cut -d' ' -f3; }
heard() {
    a=$(frames 2) b=$(frames 3)
    ip netns exec h1 ping -q -c3 -i0.05 -W0.2 -t1 -I eth0 $1 >/dev/null
    echo $1: h2 $(($(frames 2) - a >= 3)), h3 $(($(frames 3) - b >= 3))
}
ip link set br0 type bridge mcast_querier_interval 500
# The third host is a bridge that asks.
ip -n h3 link add br0 address 02:00:00:00:00:33 type bridge mcast_querier 1 mcast_query_interval 100 mcast_query_response_interval 20 mcast_startup_query_interval 100
ip -n h3 addr flush dev eth0
ip -n h3 link set eth0 master br0
ip -n h3 link set br0 up
sleep 3
bridge -d mdb show dev br0 | grep router
heard 239.1.1.1
bridge -d -j mdb | grep -o '"router".*'
# Never a router; always one.
bridge link set dev p3 mcast_router 0
bridge -d mdb | grep router
heard 239.1.1.1
bridge link set dev p2 mcast_router 2
bridge -d mdb | grep router
heard 239.1.1.1
bridge link set dev p2 mcast_router 1
bridge link set dev p3 mcast_router 1
sleep 1.5
bridge -d mdb | grep router
# It is believed for a while after the last one.
ip -n h3 link set br0 down
sleep 7
bridge -d mdb | grep router
heard 239.1.1.1
