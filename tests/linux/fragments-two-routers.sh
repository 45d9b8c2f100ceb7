#!/bin/bash
# Two routers whose links take less and less: the sender learns of one after the other.
set -v; trap 'echo "exit status $?"' ERR
for n in a b c d; do ip netns add $n; done
ip -n a link add e0 type veth peer name w0 netns b
ip -n b link add e0 type veth peer name w0 netns c
ip -n c link add e0 type veth peer name w0 netns d
for n in a b c d; do ip -n $n link set lo up; done
for n in a b c; do ip -n $n link set e0 up; done
for n in b c d; do ip -n $n link set w0 up; done
ip -n a addr add 10.0.1.1/24 dev e0
ip -n b addr add 10.0.1.2/24 dev w0
ip -n b addr add 10.0.2.1/24 dev e0
ip -n c addr add 10.0.2.2/24 dev w0
ip -n c addr add 10.0.3.1/24 dev e0
ip -n d addr add 10.0.3.2/24 dev w0
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip -n c route add 10.0.1.0/24 via 10.0.2.1
ip -n d route add default via 10.0.3.1
for n in b c; do ip netns exec $n sysctl -q net.ipv4.ip_forward=1; done
ip -n b link set e0 mtu 1300
ip -n c link set w0 mtu 1300
ip -n c link set e0 mtu 900
ip -n d link set w0 mtu 900
ip netns exec a ping -c1 -W1 -M do -s 1400 10.0.3.2 | sed -n 2p
ip netns exec a ping -c1 -W1 -M do -s 1200 10.0.3.2 | sed -n 2p
ip -n a route get 10.0.3.2
ip netns exec a ping -c1 -W1 -M do -s 872 10.0.3.2 | sed -n 2p
ip netns exec a ping -q -c1 -W1 -M dont -s 5000 10.0.3.2 | grep transmitted
