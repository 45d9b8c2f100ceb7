# Sets of addresses, intervals and pairs, asked and changed.
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
    set bad { type ipv4_addr; flags interval; elements = { 10.9.0.0/16, 10.0.1.0-10.0.1.9 }; }
    set pairs { type ipv4_addr . inet_proto; elements = { 10.0.1.1 . icmp }; }
    chain forward {
        type filter hook forward priority 0; policy accept;
        ip saddr . ip protocol @pairs counter
        ip saddr @bad counter drop
    }
}
END
ping
r nft delete element ip t bad '{ 10.0.1.0-10.0.1.9 }'
ping
r nft add element ip t bad '{ 10.0.2.1 }'
ping
r nft list table ip t
r nft flush set ip t bad
ping
