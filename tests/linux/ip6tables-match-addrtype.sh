#!/bin/bash
# ipv6
# addrtype of IPv6: what routing takes addresses for; on a device alone.
ip netns add left
ip link add l0 type veth peer name l1 netns left
ip link add d0 type veth peer name d1
for dev in lo l0 d0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add fd00:1::1/64 dev l0 nodad
ip addr add fd00:2::1/64 dev d0 nodad
ip -n left addr add fd00:1::2/64 dev l1 nodad
ip -n left route add fd00:2::/64 via fd00:1::1
i() { ip6tables -A INPUT -p icmpv6 --icmpv6-type echo-request "$@"; }
for kind in UNICAST LOCAL MULTICAST ANYCAST UNREACHABLE; do
    i -m addrtype --dst-type $kind
    i -m addrtype ! --dst-type $kind
    i -m addrtype --src-type $kind
done
i -m addrtype --dst-type LOCAL --limit-iface-in
i -m addrtype ! --dst-type LOCAL --limit-iface-in
i -m addrtype --src-type UNICAST --dst-type LOCAL
p() { ip netns exec left ping -q -c 1 -W 1 "$@" >log; echo "# $*"; ip6tables -nvxL INPUT -Z | sed -nE '/^ +[0-9]/s/^ *([0-9]+).*/\1/p' | tr '\n' ' '; echo; }
p fd00:1::1
p fd00:2::1
