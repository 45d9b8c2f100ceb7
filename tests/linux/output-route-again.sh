#!/bin/bash
# ipv6
# A mark that is set in mangle OUTPUT has a packet routed again, of either version: the chains that
# follow at OUTPUT see its old way, POSTROUTING the new one. A mark set in the filter does not.
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
ip -n a addr add fd01::1/64 dev a0 nodad
ip -n r addr add fd01::2/64 dev r0 nodad
ip -n r addr add fd02::2/64 dev r1 nodad
ip -n b addr add fd02::1/64 dev b0 nodad
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip -n a route add default via fd01::2
ip -n b route add default via fd02::2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
sleep 2
r() { ip netns exec r "$@"; }
r ip route add 10.9.0.0/24 via 10.0.1.1
r ip route add 10.9.0.0/24 via 10.0.2.1 table 7
r ip rule add fwmark 7 lookup 7
r ip route add fd09::/64 via fd01::1
r ip route add fd09::/64 via fd02::1 table 7
r ip -6 rule add fwmark 7 lookup 7
for i in iptables ip6tables; do
r $i -t mangle -A OUTPUT -p udp -j MARK --set-mark 7
r $i -A OUTPUT -o r0 -p udp
r $i -A OUTPUT -o r1 -p udp
r $i -t mangle -A POSTROUTING -o r0 -p udp
r $i -t mangle -A POSTROUTING -o r1 -p udp
done
echo x | r nc -u -w 1 10.9.0.1 9
echo x | r nc -u -w 1 fd09::1 9
for i in iptables ip6tables; do
r $i -nvxL OUTPUT
r $i -t mangle -nvxL POSTROUTING
r $i -t mangle -F
r $i -F
r $i -A OUTPUT -p udp -j MARK --set-mark 7
r $i -t mangle -A POSTROUTING -o r0 -p udp
r $i -t mangle -A POSTROUTING -o r1 -p udp
done
echo x | r nc -u -w 1 10.9.0.1 9
echo x | r nc -u -w 1 fd09::1 9
for i in iptables ip6tables; do
r $i -t mangle -nvxL POSTROUTING
done
