#!/bin/bash
# ebtables changes addresses: dnat, redirect and snat.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 address 02:00:00:00:00:99 type bridge
ip link set br0 up
ip addr add 10.0.0.254/24 dev br0
for n in 1 2 3; do
    ip netns add h$n
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip link set p$n master br0 up
    ip -n h$n addr add 10.0.0.$n/24 dev eth0
    ip -n h$n link set eth0 up
done
# Everybody knows everybody, so that no ARP is counted.
for n in 1 2 3; do
    ip neigh add 10.0.0.$n lladdr 02:00:00:00:00:0$n dev br0
    ip -n h$n neigh add 10.0.0.254 lladdr 02:00:00:00:00:99 dev eth0
    for m in 1 2 3; do
        [ $n = $m ] || ip -n h$n neigh add 10.0.0.$m lladdr 02:00:00:00:00:0$m dev eth0
    done
done
# And the bridge knows where they are.
for n in 1 2 3; do bridge fdb add 02:00:00:00:00:0$n dev p$n master static; done
probe() { ip netns exec $1 ping -q -c1 -W0.2 $2 | grep -o '[0-9]* received'; }
# What is for the second goes to the third, who does not take it for its own.
ebtables -t nat -A PREROUTING -p IPv4 -d 02:00:00:00:00:02 -j dnat --to-destination 02:00:00:00:00:03
ip netns exec h3 iptables -A INPUT -p icmp
probe h1 10.0.0.2 || echo no
ip -n h3 addr add 10.0.0.2/24 dev eth0
probe h1 10.0.0.2
ebtables -t nat -L PREROUTING --Lc
ebtables -t nat -F
# What is for the second is this host's: it passes it on as a router.
ebtables -t nat -A PREROUTING -p IPv4 -d 02:00:00:00:00:02 -j redirect
sysctl -q net.ipv4.ip_forward=1
for conf in all br0; do sysctl -q net.ipv4.conf.$conf.send_redirects=0; done
ip netns exec h1 ping -c1 -W0.2 10.0.0.2 | grep -o 'ttl=.*' | cut -d' ' -f1
ip netns exec h2 iptables -A INPUT -p icmp -m ttl --ttl-eq 63
ip netns exec h1 ping -q -c1 -W0.2 10.0.0.2 | grep -o '[0-9]* received'
ip netns exec h2 iptables -L INPUT -nvx | tail -1 | tr -s ' ' | cut -d' ' -f2
ebtables -t nat -F
ebtables -t nat -A POSTROUTING -o p2 -s 02:00:00:00:00:01 -j snat --to-source 02:00:00:00:00:77
ip netns exec h2 iptables -F
ip netns exec h2 iptables -A INPUT -p icmp -m mac --mac-source 02:00:00:00:00:77
probe h1 10.0.0.2
ip netns exec h2 iptables -L INPUT -nvx | tail -1 | tr -s ' ' | cut -d' ' -f2
