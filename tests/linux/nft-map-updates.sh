# Rules put values into maps as packets come, and other rules take them from there.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.1/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.2/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.2/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.1/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.2; ip -n b route add default via 10.0.2.2
r() { ip netns exec r "$@"; }
r sysctl -qw net.ipv4.ip_forward=1
ping() { ip netns exec a ping -q -c 1 -W 1 "$@" 10.0.2.1 | grep -o '[0-9]* received'; }
ping > /dev/null
r nft -f - << 'END'
table ip t {
    map seen { type ipv4_addr : ipv4_addr; size 16; flags dynamic; }
    map kinds { type ipv4_addr . icmp_type : mark; size 16; flags dynamic; counter; }
    map twice { type ipv4_addr : ipv4_addr . mark; size 16; flags dynamic; }
    chain forward {
        type filter hook forward priority 0; policy accept;
        icmp type echo-request add @seen { ip saddr : ip daddr }
        update @kinds { ip saddr . icmp type : 0x7 }
        icmp type echo-request add @twice { ip daddr : ip saddr . 0x5 }
        meta mark set ip saddr . icmp type map @kinds counter
    }
}
END
ping
ping
r nft list table ip t
# What is there stays as it is.
r nft flush chain ip t forward
r nft 'add rule ip t forward add @seen { ip saddr : 1.1.1.1 }'
ping
r nft list map ip t seen
r nft 'add rule ip t forward delete @seen { ip saddr : 1.1.1.1 }'
ping
r nft list map ip t seen
