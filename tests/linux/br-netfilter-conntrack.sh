#!/bin/bash
# Connections are tracked through a bridge, and what answers is let through.
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
iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A FORWARD -m physdev --physdev-in p1 -m conntrack --ctstate NEW -j ACCEPT
probe h1 10.0.0.2
probe h2 10.0.0.1 || echo no
ip netns exec h2 nc -l -p 80 >got &
until ip netns exec h2 ss -ltn | grep -q :80; do sleep 0.02; done
ip netns exec h3 nc -w1 10.0.0.2 80 </dev/null
echo hello | ip netns exec h1 nc -N -w1 10.0.0.2 80
wait
cat got
iptables -L FORWARD -nv | grep -c ACCEPT
