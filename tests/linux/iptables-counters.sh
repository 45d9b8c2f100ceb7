#!/bin/bash
# Packets pass INPUT, FORWARD and OUTPUT, and rules and policies count them.
ip netns add left; ip netns add right
ip link add l0 type veth peer name l1 netns left
ip link add r0 type veth peer name r1 netns right
for dev in lo l0 r0; do ip link set $dev up; done
ip -n left link set l1 up; ip -n right link set r1 up
ip addr add 10.1.0.1/24 dev l0; ip addr add 10.2.0.1/24 dev r0
ip -n left addr add 10.1.0.2/24 dev l1; ip -n left route add default via 10.1.0.1
ip -n right addr add 10.2.0.2/24 dev r1; ip -n right route add default via 10.2.0.1
sysctl -qw net.ipv4.ip_forward=1
iptables -N tried
iptables -A INPUT -p icmp -s 10.1.0.2 -j tried
iptables -A INPUT -p icmp -j ACCEPT
iptables -A tried -j RETURN
iptables -A FORWARD -i l0 -o r0 -p icmp -g tried
iptables -A FORWARD -p udp --dport 53 -j DROP
iptables -A OUTPUT -o l+ -p icmp --icmp-type echo-reply
iptables -P FORWARD DROP
ip netns exec left ping -c 2 -i 0.2 10.1.0.1
iptables -vnL
ip netns exec left ping -c 1 -W 1 10.2.0.2
iptables -P FORWARD ACCEPT
ip netns exec left ping -c 1 -W 1 10.2.0.2
echo hello | ip netns exec left nc -u -w 1 10.2.0.2 53
iptables -vnL
iptables -S -v
iptables-save -c | grep -v '^#'
iptables -Z FORWARD
iptables -vnL FORWARD
iptables-legacy -A OUTPUT -d 10.1.0.2 -j DROP
ping -c 1 -W 1 10.1.0.2
iptables-legacy -vnL OUTPUT
iptables -vnL OUTPUT
