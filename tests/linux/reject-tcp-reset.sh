#!/bin/bash
# ipv6
# A reset in the name of the other end, where a packet is passed on and where it is delivered. It
# belongs to the connection that it refuses.
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
r() { ip netns exec r "$@"; }
call() { ip netns exec a nc -z -v -w 1 "$@"; }
r iptables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset
r ip6tables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset
call 10.0.2.1 80
call fd02::1 80
r iptables -F FORWARD
r ip6tables -F FORWARD
r iptables -A INPUT -p tcp -j REJECT --reject-with tcp-reset
r ip6tables -A INPUT -p tcp -j REJECT --reject-with tcp-reset
for state in NEW ESTABLISHED RELATED INVALID; do
r iptables -A OUTPUT -p tcp -m conntrack --ctstate $state
r ip6tables -A OUTPUT -p tcp -m conntrack --ctstate $state
done
ip netns exec r nc -l 10.0.1.2 80 </dev/null &
ip netns exec r nc -l fd01::2 80 </dev/null &
sleep 0.3
call 10.0.1.2 80
call fd01::2 80
r iptables -nvxL OUTPUT
r ip6tables -nvxL OUTPUT
kill %1 %2
