#!/bin/bash
# Chains of a bridge are asked in the order of their priorities, and of sets they know what others know.
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
nft -f - <<'F'
table bridge t {
    set hosts { type ether_addr; elements = { 02:00:00:00:00:01, 02:00:00:00:00:02 }; }
    chain first {
        type filter hook forward priority dstnat; policy accept;
        ether type ip ether saddr @hosts counter meta mark set 7
    }
    chain second {
        type filter hook forward priority filter; policy accept;
        meta mark 7 counter jump more
        ip ttl 64 counter
    }
    chain more { ip daddr { 10.0.0.2, 10.0.0.3 } counter return; counter drop; }
}
F
nft list table bridge t
probe h1 10.0.0.2 || echo no
probe h3 10.0.0.2
nft list chain bridge t second
nft list chain bridge t more
nft delete table bridge t
probe h1 10.0.0.2
