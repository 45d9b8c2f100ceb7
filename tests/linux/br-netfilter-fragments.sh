#!/bin/bash
# Fragments in a bridge are joined where connections are tracked, and leave as fragments.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
for n in left right; do
    ip netns add $n
    ip link add $n type veth peer name eth0 netns $n
    ip link set $n master br0 up
    ip -n $n link set eth0 up
done
ip link set br0 up
ip -n left addr add 10.0.0.1/24 dev eth0
ip -n right addr add 10.0.0.2/24 dev eth0
modprobe br_netfilter
iptables -A FORWARD -m conntrack --ctstate NEW -p icmp -m length --length 4028
ip netns exec left ping -q -c1 -W1 10.0.0.2 | grep transmitted
: >log
tcpdump -vlni right -c3 'icmp and src 10.0.0.1' >seen 2>log &
until grep -q listening log; do sleep 0.02; done
ip netns exec left ping -q -c1 -W1 -M dont -s 4000 10.0.0.2 | grep transmitted
wait
grep -o 'offset [0-9]*, flags \[[^]]*\], proto ICMP (1), length [0-9]*' seen
iptables -L FORWARD -nvx | tail -1 | tr -s ' ' | cut -d' ' -f2,3
