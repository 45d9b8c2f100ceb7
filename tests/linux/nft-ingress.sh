#!/bin/bash
# The hook ingress of family inet, and of several devices.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip netns add h$n
    ip link add v$n address 02:00:00:00:01:0$n type veth peer name eth0 address 02:00:00:00:00:0$n netns h$n
    ip addr add 10.0.$n.254/24 dev v$n
    ip link set v$n up
    ip -n h$n addr add 10.0.$n.1/24 dev eth0
    ip -n h$n link set eth0 up
    ip neigh add 10.0.$n.1 lladdr 02:00:00:00:00:0$n dev v$n
    ip -n h$n neigh add 10.0.$n.254 lladdr 02:00:00:00:01:0$n dev eth0
done
nft add table inet t
nft add chain inet t in '{ type filter hook ingress device v1 priority 0; }'
nft add rule inet t in ip protocol icmp counter
nft add table netdev t
nft add chain netdev t both '{ type filter hook ingress devices = { v1, v2 } priority -10; policy accept; }'
nft add rule netdev t both ip protocol icmp counter
for n in 1 2; do ip netns exec h$n ping -q -c1 -W1 10.0.$n.254 | grep transmitted; done
nft list ruleset
nft add rule inet t in drop
ip netns exec h1 ping -q -c1 -W0.2 10.0.1.254 | grep transmitted
ip netns exec h2 ping -q -c1 -W0.2 10.0.2.254 | grep transmitted
