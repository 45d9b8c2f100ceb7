# Maps of values: marks and addresses are taken from them, where the rule stands and by name.
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
    map marks { type ipv4_addr : mark; elements = { 10.0.1.1 : 0x7, 10.0.2.1 : 0x9 }; }
    map nets { type ipv4_addr : mark; flags interval; elements = { 10.0.1.0/24 : 0x17 }; }
    chain prerouting {
        type filter hook prerouting priority -150; policy accept;
        meta mark set ip saddr map @marks
        meta mark 0x7 counter
        meta mark 0x9 counter
        meta mark set ip saddr map @nets
        meta mark 0x17 counter
        meta mark set meta mark and 0xf0 or 0x1
        meta mark 0x11 counter
        meta mark set numgen inc mod 2 map { 0 : 0x100, 1 : 0x200 }
        meta mark 0x100 counter
        meta mark 0x200 counter
        ct mark set icmp type map { echo-request : 0x33 }
        ct mark 0x33 counter
    }
}
END
ping
ping
r nft list chain ip t prerouting
# What a map has nothing for does not match.
r nft delete element ip t marks '{ 10.0.1.1 }'
r nft flush chain ip t prerouting
r nft 'add rule ip t prerouting meta mark set ip saddr map @marks counter'
ping
r nft list chain ip t prerouting
r nft delete map ip t marks; echo "exit status $?"
r nft delete map ip t nets; echo "exit status $?"
