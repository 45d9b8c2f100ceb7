#!/bin/bash
# A packet in a bridge whose destination is translated: to another host of the bridge it stays there, to the bridge's host it is delivered, elsewhere it is routed.
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
modprobe br_netfilter
sysctl -q net.ipv4.ip_forward=1
ip netns add out
ip link add o0 address 02:00:00:00:02:01 type veth peer name eth0 address 02:00:00:00:02:02 netns out
ip addr add 10.9.0.254/24 dev o0
ip link set o0 up
ip -n out addr add 10.9.0.1/24 dev eth0
ip -n out link set eth0 up
ip -n out route add default via 10.9.0.254
for n in 1 2 3; do ip -n h$n route add default via 10.0.0.254; done
iptables -t nat -A PREROUTING -p icmp -d 10.0.0.2 -j DNAT --to-destination 10.0.0.3
ip netns exec h3 iptables -A INPUT -p icmp
ip netns exec h2 iptables -A INPUT -p icmp
probe h1 10.0.0.2
ip netns exec h3 iptables -L INPUT -nvx | tail -1 | tr -s ' ' | cut -d' ' -f2
ip netns exec h2 iptables -L INPUT -nvx | tail -1 | tr -s ' ' | cut -d' ' -f2
# To this host.
iptables -t nat -F
iptables -t nat -A PREROUTING -p icmp -d 10.0.0.2 -j REDIRECT
iptables -A INPUT -i br0 -p icmp
probe h1 10.0.0.2
iptables -L INPUT -nvx | tail -1 | tr -s ' ' | cut -d' ' -f2-8
# To a host elsewhere.
iptables -t nat -F
iptables -t nat -A PREROUTING -p icmp -d 10.0.0.2 -j DNAT --to-destination 10.9.0.1
iptables -A FORWARD -p icmp -i br0 -o o0 -m physdev --physdev-in p1
probe h1 10.0.0.2
iptables -L FORWARD -nvx | tail -1 | tr -s ' ' | cut -d' ' -f2
