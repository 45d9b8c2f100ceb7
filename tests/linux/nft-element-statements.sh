# Elements keep counts of connections, limits and quotas of their own.
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
ping() { ip netns exec a ping -q -c ${1:-1} -i 0.01 -W 1 10.0.2.1 | grep -o '[0-9]* received'; }
ping > /dev/null
r nft -f - << 'END'
table ip t {
    set talkers { type ipv4_addr; size 16; flags dynamic; }
    set hosts { type ipv4_addr; size 16; flags dynamic; }
    set spent { type ipv4_addr; size 16; flags dynamic; }
    set ranges { type ipv4_addr; flags interval; counter; elements = { 10.0.1.0/24, 10.0.2.0/24 } }
    chain forward {
        type filter hook forward priority 0; policy accept;
        icmp type echo-request add @talkers { ip saddr ct count over 2 } counter drop
        add @hosts { ip daddr limit rate 1/hour burst 3 packets } counter
        add @spent { ip saddr quota 200 bytes } counter
        ip saddr @ranges counter
    }
}
END
for i in 1 2 3 4; do ping; done
r nft list table ip t
