#!/bin/bash
# ipv6
# What the sender is told of a packet that a router refuses, by each type of REJECT.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n a addr add fd01::1/64 dev a0 nodad
ip -n r addr add fd01::2/64 dev r0 nodad
ip -n r addr add fd02::2/64 dev r1 nodad
ip -n b addr add fd02::1/64 dev b0 nodad
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip -n a route add default via fd01::2
ip -n b route add default via fd02::2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
sleep 2
a() { ip netns exec a "$@"; }
r() { ip netns exec r "$@"; }
a ping -q -c 1 -W 1 10.0.2.1 >log; a ping -q -c 1 -W 2 fd02::1 >log
for type in net host proto port; do
r iptables -F
r iptables -A FORWARD -j REJECT --reject-with icmp-$type-unreachable
a ping -c 1 -W 1 10.0.2.1 | grep -i from
done
for type in net host admin; do
r iptables -F
r iptables -A FORWARD -j REJECT --reject-with icmp-$type-prohibited
a ping -c 1 -W 1 10.0.2.1 | grep -i from
sleep 1
done
for type in no-route adm-prohibited addr-unreachable port-unreachable policy-fail reject-route; do
r ip6tables -F
r ip6tables -A FORWARD -j REJECT --reject-with icmp6-$type
a ping -c 1 -W 1 fd02::1 | grep -i from
sleep 1
done
