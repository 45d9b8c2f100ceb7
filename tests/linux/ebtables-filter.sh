#!/bin/bash
# ebtables lets frames through or not, by address, protocol and port, and counts them.
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
ebtables -A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type echo-request -i p1 --ip-dst 10.0.0.2 -j DROP
probe h1 10.0.0.2 || echo no
probe h1 10.0.0.3
probe h2 10.0.0.1
ebtables -L FORWARD --Lc
ebtables -P FORWARD DROP
probe h1 10.0.0.3 || echo no
ebtables -N good -P RETURN
ebtables -A FORWARD -j good
ebtables -A good -p IPv4 --among-src 02:00:00:00:00:01=10.0.0.1,02:00:00:00:00:03=10.0.0.3 -j ACCEPT
probe h1 10.0.0.3
probe h2 10.0.0.3 || echo no
ebtables -L good --Lc
ebtables -A INPUT -s 02:00:00:00:00:01 -j mark --mark-set 5 --mark-target CONTINUE
ebtables -A INPUT --mark 5 -j DROP
probe h1 10.0.0.254 || echo no
probe h2 10.0.0.254
ebtables -L INPUT --Lc
ebtables -Z INPUT
ebtables -L INPUT --Lc
