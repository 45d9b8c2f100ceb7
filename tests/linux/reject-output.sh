#!/bin/bash
# ipv6
# What this host sends itself and refuses to: it is told by itself, by way of the loopback.
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
a iptables -A OUTPUT -p udp -j REJECT
a ip6tables -A OUTPUT -p udp -j REJECT
a iptables -A OUTPUT -p icmp -m conntrack --ctstate RELATED
a iptables -A INPUT -i lo -s 10.0.1.1 -d 10.0.1.1 -p icmp
a ip6tables -A INPUT -i lo -s fd01::1 -d fd01::1 -p icmpv6 --icmpv6-type 1
echo no | a nc -u -w 1 10.0.2.1 9
echo no | a nc -u -w 1 fd02::1 9
a iptables -nvxL
a ip6tables -nvxL
# Of TCP it is the reset that is refused as well.
a iptables -F
a iptables -A OUTPUT -p tcp --syn -j REJECT --reject-with tcp-reset
a iptables -A INPUT -i lo -p tcp
a nc -z -v -w 1 10.0.2.1 80
a iptables -nvxL
