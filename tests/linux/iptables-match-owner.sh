#!/bin/bash
# owner: programs, what the kernel answers by itself, and what is passed on.
ip netns add left
ip netns add right
ip link add l0 type veth peer name l1 netns left
ip link add r0 type veth peer name r1 netns right
for dev in lo l0 r0; do ip link set $dev up; done
ip -n left link set l1 up
ip -n right link set r1 up
ip addr add 10.1.0.1/24 dev l0
ip addr add 10.2.0.1/24 dev r0
ip -n left addr add 10.1.0.2/24 dev l1
ip -n right addr add 10.2.0.2/24 dev r1
ip -n left route add default via 10.1.0.1
ip -n right route add default via 10.2.0.1
sysctl -qw net.ipv4.ip_forward=1
o() { iptables -A OUTPUT "$@"; iptables -A POSTROUTING -t mangle "$@"; }
for protocol in icmp udp tcp; do
    o -p $protocol -m owner --socket-exists
    o -p $protocol -m owner ! --socket-exists
    o -p $protocol -m owner --uid-owner 0
    o -p $protocol -m owner --uid-owner 1-9
    o -p $protocol -m owner ! --uid-owner 1-9
    o -p $protocol -m owner --gid-owner 0 --socket-exists
    o -p $protocol -m owner ! --gid-owner 0
done
seen() { echo "# $1"; iptables -nvxL OUTPUT -Z | grep '^ *[1-9]'; iptables -t mangle -nvxL POSTROUTING -Z | grep '^ *[1-9]'; }
seen "nothing" >log
ping -q -c 1 10.1.0.2 >log
seen "an echo request of a program"
ip netns exec left ping -q -c 1 10.1.0.1 >log
seen "an echo reply of the kernel's"
ip netns exec left ping -q -c 1 10.2.0.2 >log
seen "what is passed on, there and back"
echo hi | ip netns exec left nc -u -w 1 10.1.0.1 77
seen "an error of ICMP"
echo hi | nc -u -w 1 10.1.0.2 77
seen "a datagram"
ip netns exec left nc -w 1 10.1.0.1 77
seen "a reset"
