#!/bin/bash
# traceroute shows each router on the way by the address the probe came in at.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2 3 4; do ip netns add n$n; ip -n n$n link set lo up; ip netns exec n$n sysctl -q net.ipv4.ip_forward=1; done
for n in 1 2 3; do
    m=$((n + 1))
    ip link add to$m netns n$n type veth peer name to$n netns n$m
    ip -n n$n addr add 10.0.$n.$n/24 dev to$m
    ip -n n$m addr add 10.0.$n.$m/24 dev to$n
    ip -n n$n link set to$m up
    ip -n n$m link set to$n up
done
ip -n n1 route add default via 10.0.1.2
ip -n n2 route add 10.0.3.0/24 via 10.0.2.3
ip -n n3 route add 10.0.1.0/24 via 10.0.2.2
ip -n n4 route add default via 10.0.3.3
ip netns exec n1 traceroute -n -q1 -N1 10.0.3.4
ip netns exec n1 traceroute -n -q1 -N1 -I 10.0.3.4
ip netns exec n4 traceroute -n -q2 -N1 10.0.1.1
ip netns exec n1 traceroute -n -q1 -N1 -f2 -m2 10.0.3.4
ip netns exec n1 traceroute -n -q1 -N1 10.0.9.9
ip -n n3 route add prohibit 10.0.8.0/24
ip -n n2 route add 10.0.8.0/24 via 10.0.2.3
ip netns exec n1 traceroute -n -q1 -N1 10.0.8.1
