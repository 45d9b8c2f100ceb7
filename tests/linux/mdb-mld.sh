#!/bin/bash
# ipv6
# The same for IPv6: MLD tells the bridge who listens, and it asks by its link-local address.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge mcast_query_response_interval 100
ip link set br0 up
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n link set eth0 up
done
sleep 3
ip -n h2 addr add ff05::5/128 dev eth0 autojoin
sleep 2
bridge -d mdb | grep ff05
frames() { ip -n h$1 -s link show eth0 | sed -n 4p | tr -s ' ' | cut -d' ' -f3; }
heard() {
    a=$(frames 2) b=$(frames 3)
    ip netns exec h1 ping -q -c3 -i0.05 -W0.2 -t1 -I eth0 $1 >/dev/null 2>&1
    echo $1: h2 $(($(frames 2) - a >= 3)), h3 $(($(frames 3) - b >= 3))
}
heard ff05::5
ip link set br0 type bridge mcast_querier 1
sleep 4
bridge -d mdb | grep ff05
heard ff05::5
heard ff05::6
# The group of all nodes is for everybody.
heard ff02::1
ip -n h2 addr del ff05::5/128 dev eth0
sleep 4
bridge -d mdb | grep ff05
