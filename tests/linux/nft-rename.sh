# A chain that is renamed: what leads to it leads to it still, in rules, in their maps and in maps with names.
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
ping() { ip netns exec a ping -q -c 1 -W 1 10.0.2.1 | grep -o '[0-9]* received'; }
ping > /dev/null
r nft -f - << 'END'
table ip t {
    map ways { type ipv4_addr : verdict; elements = { 10.0.1.1 : jump one, 10.0.9.9 : goto one, 10.0.9.8 : drop }; }
    chain one { counter; }
    chain two { }
    chain forward {
        type filter hook forward priority 0; policy accept;
        ip saddr vmap @ways
        icmp type vmap { echo-request : jump one, echo-reply : jump two }
        jump one
    }
}
END
ping
r nft rename chain ip t one three
ping
r nft list table ip t
r nft rename chain ip t two three; echo "exit status $?"
r nft rename chain ip t one four; echo "exit status $?"
r nft delete chain ip t three; echo "exit status $?"
r nft add rule ip t forward jump one; echo "exit status $?"
r nft add rule ip t forward jump three; echo "exit status $?"
