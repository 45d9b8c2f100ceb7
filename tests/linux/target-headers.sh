#!/bin/bash
# ipv6
# Fields of IP that a router writes on the way: TTL, hop limit, TOS, DSCP.
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
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
ip -n a route add default via fd01::2
ip -n b route add default via fd02::2
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 2
r() { ip netns exec r "$@"; }
b() { ip netns exec b "$@"; }
see() { b iptables -t raw -F; b iptables -t raw -A PREROUTING -p icmp "$@"; }
see6() { b ip6tables -t raw -F; b ip6tables -t raw -A PREROUTING -p icmpv6 --icmpv6-type echo-request "$@"; }
say() { ip netns exec a ping -q -c 1 -W 1 -Q 0x41 10.0.2.1 | grep -o '[0-9]* received'; b iptables -t raw -nvxL PREROUTING | tail -1; }
say6() { ip netns exec a ping -q -c 1 -W 1 -Q 0x41 fd02::1 | grep -o '[0-9]* received'; b ip6tables -t raw -nvxL PREROUTING | tail -1; }
w() { r iptables -t mangle -F; r iptables -t mangle -A FORWARD -i r0 "$@"; }
w6() { r ip6tables -t mangle -F; r ip6tables -t mangle -A FORWARD -i r0 "$@"; }
w -j TTL --ttl-set 9; see -m ttl --ttl-eq 9; say
w -j TTL --ttl-inc 7; see -m ttl --ttl-eq 70; say
w -j TTL --ttl-dec 60; see -m ttl --ttl-eq 3; say
w6 -j HL --hl-set 9; see6 -m hl --hl-eq 9; say6
w6 -j HL --hl-inc 7; see6 -m hl --hl-eq 70; say6
w6 -j HL --hl-dec 60; see6 -m hl --hl-eq 3; say6
w -j DSCP --set-dscp 0x2e; see -m tos --tos 0xb9/0xff; say
w -j DSCP --set-dscp-class CS1; see -m dscp --dscp-class CS1; say
w6 -j DSCP --set-dscp 0x2e; see6 -m tos --tos 0xb9/0xff; say6
w -j TOS --set-tos 0x10; see -m tos --tos 0x10/0xff; say
w -j TOS --set-tos 0x10/0x1c; see -m tos --tos 0x51/0xff; say
w -j TOS --and-tos 0x01; see -m tos --tos 0x01/0xff; say
w -j TOS --or-tos 0x20; see -m tos --tos 0x61/0xff; say
w -j TOS --xor-tos 0x60; see -m tos --tos 0x21/0xff; say
w6 -j TOS --set-tos 0x18; see6 -m tos --tos 0x18/0xff; say6
