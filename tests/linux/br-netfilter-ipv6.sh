#!/bin/bash
# IPv6 through a bridge passes the hooks of ip6tables.
# ipv6
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
for n in 1 2; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 2001:db8::$n/64 dev eth0 nodad
    ip -n h$n link set eth0 up
done
ip -n h1 neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev eth0
ip -n h2 neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 dev eth0
probe() { ip netns exec $1 ping -q -c1 -W0.3 $2 | grep -o '[0-9]* received'; }
modprobe br_netfilter
ip6tables -A FORWARD -p icmpv6 --icmpv6-type echo-request -m physdev --physdev-in p1 -j ACCEPT
ip6tables -A FORWARD -p icmpv6 --icmpv6-type echo-request -j DROP
probe h1 2001:db8::2
probe h2 2001:db8::1 || echo no
ip6tables -L FORWARD -nvx | tail -2 | tr -s ' ' | cut -d' ' -f2-4
sysctl -q net.bridge.bridge-nf-call-ip6tables=0
probe h2 2001:db8::1
