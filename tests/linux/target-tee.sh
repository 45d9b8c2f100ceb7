#!/bin/bash
# ipv6
# Copies of what passes go to another host as well: whoever it is for, that neighbour gets it. Of what
# came in here one hop is taken.
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
ip netns add m
ip link add m0 netns m type veth peer name r2 netns r
ip -n m addr add 10.0.3.1/24 dev m0
ip -n r addr add 10.0.3.2/24 dev r2
ip -n m addr add fd03::1/64 dev m0 nodad
ip -n r addr add fd03::2/64 dev r2 nodad
ip -n m link set m0 up
ip -n r link set r2 up
r() { ip netns exec r "$@"; }
sleep 2
for i in iptables ip6tables; do
for ttl in 64 63 62; do
case $i in iptables) ip netns exec m $i -t raw -A PREROUTING -p icmp --icmp-type echo-request -m ttl --ttl-eq $ttl;;
*) ip netns exec m $i -t raw -A PREROUTING -p icmpv6 --icmpv6-type echo-request -m hl --hl-eq $ttl;; esac
done
done
r iptables -t mangle -A PREROUTING -s 10.0.1.1 -p icmp -j TEE --gateway 10.0.3.1
r ip6tables -t mangle -A PREROUTING -s fd01::1 -p icmpv6 --icmpv6-type echo-request -j TEE --gateway fd03::1
ip netns exec a ping -q -c 1 -W 1 10.0.2.1 | grep loss
ip netns exec a ping -q -c 1 -W 1 fd02::1 | grep loss
ip netns exec m iptables -t raw -nvxL PREROUTING
ip netns exec m ip6tables -t raw -nvxL PREROUTING
r iptables -t mangle -F
r ip6tables -t mangle -F
r iptables -t mangle -A POSTROUTING -o r1 -p icmp -j TEE --gateway 10.0.3.1
r iptables -t mangle -A POSTROUTING -o r2 -p icmp
r iptables -t mangle -A OUTPUT -p icmp
ip netns exec a ping -q -c 1 -W 1 10.0.2.1 | grep loss
ip netns exec m iptables -t raw -nvxL PREROUTING
r iptables -t mangle -nvxL OUTPUT
r iptables -t mangle -nvxL POSTROUTING
