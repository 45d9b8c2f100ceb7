# Destinations and sources are taken from maps of addresses and ports.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.1/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.2/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.2/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.1/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.2; ip -n b route add default via 10.0.2.2
r() { ip netns exec r "$@"; }
ip -n b addr add 10.0.2.7/24 dev b0
ip -n b addr add 10.0.2.8/24 dev b0
r nft -f - << 'END'
table ip n {
    map hosts { type inet_service : ipv4_addr; elements = { 80 : 10.0.2.7, 81 : 10.0.2.8 }; }
    map services { type inet_service : ipv4_addr . inet_service; elements = { 90 : 10.0.2.7 . 8090 }; }
    map ports { type inet_service : inet_service; elements = { 95 : 8095 }; }
    map names { type ipv4_addr : ipv4_addr; elements = { 10.0.1.1 : 10.0.2.2 }; }
    chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        dnat to icmp type map { echo-request : 10.0.2.7 }
        udp dport { 80, 81 } dnat to udp dport map @hosts
        udp dport 90 dnat ip to udp dport map @services
        udp dport 95 redirect to :udp dport map @ports
        udp dport 97 dnat to numgen inc mod 2 map { 0 : 10.0.2.7, 1 : 10.0.2.8 }
    }
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        snat to ip saddr map @names
    }
}
END
r sysctl -qw net.ipv4.ip_forward=1
send() { echo x | ip netns exec a nc -u -w 1 10.0.1.2 $1 -p 4$1 > err 2>&1; }
ip netns exec a ping -q -c 1 -W 1 10.0.1.2 | grep -o '[0-9]* received'
for port in 80 81 90 95; do send $port; done
r conntrack -L -p icmp 2> err | grep -o "src=.*type" | sed "s|id=[0-9]*|id=N|" | sort
r conntrack -L -p udp 2> err | grep -o 'src=.* dport=[0-9]*' | sed 's/ \[UNREPLIED\]//' | sort -k 4
r nft list table ip n
