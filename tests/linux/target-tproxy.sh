#!/bin/bash
# TPROXY hands what passes to a program that takes any address for its own: it answers in the name of
# whom the packets were for.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
r() { ip netns exec r "$@"; }
r ip rule add fwmark 1 lookup 100
r ip route add local 0.0.0.0/0 dev lo table 100
r iptables -t mangle -A PREROUTING -i r0 -p tcp --dport 80 -j TPROXY --on-port 5000 --tproxy-mark 1/1
r iptables -t mangle -A PREROUTING -i r0 -p udp --dport 53 -j TPROXY --on-port 5000 --on-ip 10.0.2.2 --tproxy-mark 1/1
# Nobody listens: the packets end.
ip netns exec a nc -z -v -w 1 10.0.2.1 80
# A program without leave for it does not get them.
r nc -l 0.0.0.0 5000 </dev/null &
sleep 0.3
ip netns exec a nc -z -v -w 1 10.0.2.1 80
r nc -z 127.0.0.1 5000
wait
r sh -c 'echo proxied | socat - TCP-LISTEN:5000,reuseaddr,transparent' &
sleep 0.3
ip netns exec a nc -w 1 10.0.2.1 80 </dev/null
wait
r iptables -t mangle -nvxL PREROUTING | grep -c TPROXY
# Datagrams.
r socat -u UDP-RECV:5000,transparent - >got &
sleep 0.3
echo question | ip netns exec a nc -u -w 1 10.0.2.1 53
sleep 0.2
kill %1
cat got
