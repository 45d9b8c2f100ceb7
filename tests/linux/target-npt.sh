#!/bin/bash
# ipv6
# A network behind a router has the prefix of another outside (RFC 6296): no checksum changes.
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
ip -n a route add default via fd01::2
ip -n b route add default via fd02::2
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 2
r() { ip netns exec r "$@"; }
r ip6tables -t mangle -A POSTROUTING -s fd01::/64 -o r1 -j SNPT --src-pfx fd01::/64 --dst-pfx 2001:db8:7::/64
r ip6tables -t mangle -A PREROUTING -d 2001:db8:7::/64 -i r1 -j DNPT --src-pfx 2001:db8:7::/64 --dst-pfx fd01::/64
r ip6tables -t mangle -S | grep PT
r ip6tables -t mangle -nL POSTROUTING
r ip6tables -t mangle -A FORWARD -j SNPT --src-pfx fd01::/64 --dst-pfx fd02::/64
r ip6tables -t mangle -A POSTROUTING -j SNPT --src-pfx fd01::1/64 --dst-pfx fd02::/64
r ip6tables -t mangle -A POSTROUTING -j SNPT --src-pfx fd01::/64
ip netns exec b ip6tables -A INPUT -s 2001:db8:7::/64 -p icmpv6 --icmpv6-type echo-request
ip netns exec b ip6tables -A INPUT -s fd01::/64
ip netns exec a ping -q -c 2 -i 0.2 -W 1 fd02::1 | grep loss
ip netns exec b ip6tables -nvxL INPUT
ip netns exec b nc -l fd02::1 80 </dev/null &
sleep 0.3
echo through | ip netns exec a nc -q 0 fd02::1 80
wait
