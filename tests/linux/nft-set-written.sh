# What a packet puts into a set counts for flows that were there before, in sets that say nothing of it too.
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
    set bad { type ipv4_addr; }
    chain forward {
        type filter hook forward priority 0; policy accept;
        udp dport 23 add @bad { ip saddr }
        ip saddr @bad counter drop
        udp dport 7 counter
    }
}
END
send() { echo hello | ip netns exec a nc -n -u -w 0 -p 4000 10.0.2.1 $1 2> /dev/null; }
ip netns exec b nc -n -u -k -l 7 < /dev/null > /dev/null &
nc=$!
sleep 0.3
for i in 1 2 3 4 5; do send 7; done
r nft list chain ip t forward
send 23
for i in 1 2 3; do send 7; done
r nft list chain ip t forward
kill $nc
