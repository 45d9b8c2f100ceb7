# ipv6
# MASQUERADE takes the address by which its device speaks to the next hop (IPv4), or to where the packet
# goes once it is translated (IPv6).
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for d in "a a0" "r r0" "r r1" "b b0"; do set -- $d; ip -n $1 link set $2 addrgenmode none up; done
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n r addr add 10.0.3.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n b addr add 10.0.3.1/24 dev b0
ip -n b addr add 10.9.9.9/32 dev b0
ip -n a route add default via 10.0.1.2
ip -n r route add 10.9.9.0/24 via 10.0.3.1
ip -n a addr add fd01::1/64 dev a0 nodad
ip -n r addr add fd01::2/64 dev r0 nodad
ip -n r addr add fd02::2/64 dev r1 nodad
ip -n b addr add fd02::1/64 dev b0 nodad
ip -n a route add default via fd01::2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec r iptables -t nat -A PREROUTING -d 10.0.1.2 -j DNAT --to-destination 10.0.3.1
ip netns exec r ip6tables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec r ip6tables -t nat -A PREROUTING -d fd01::2 -j DNAT --to-destination fd02::1
seen() { ip netns exec r conntrack -L -p $1 2>/dev/null | grep -o 'src=[^ ]* dst=[^ ]*' | tail -1; ip netns exec r conntrack -F 2>/dev/null; }
for to in 10.0.2.1 10.9.9.9 10.0.1.2; do
    ip netns exec a ping -c 1 -W 1 $to | grep -o '.*packet loss'
    seen icmp
done
ip netns exec a ping -c 1 -W 1 fd01::2 | grep -o '.*packet loss'
seen icmpv6
