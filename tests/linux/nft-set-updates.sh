# Rules put elements into sets as packets come, take them out, and count or limit for each.
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
    set seen { type ipv4_addr; size 2; flags dynamic; }
    set counted { type ipv4_addr; flags dynamic; counter; }
    set flood { type ipv4_addr; flags dynamic; }
    chain forward {
        type filter hook forward priority 0; policy accept;
        icmp type echo-request add @seen { ip saddr }
        add @counted { ip daddr counter }
        icmp type echo-request update @flood { ip saddr limit rate over 1/hour burst 2 packets } counter drop
    }
}
END
for i in 1 2 3 4; do ping; done
r nft list table ip t
r nft add rule ip t forward delete @seen '{ ip saddr }'
r nft flush set ip t flood
ping
r nft list set ip t seen
r nft delete set ip t counted; echo "exit status $?"
