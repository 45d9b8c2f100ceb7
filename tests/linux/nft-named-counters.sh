# Counters, quotas and limits with names, which several rules share.
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
    counter pings { }
    quota little { over 300 bytes }
    limit few { rate 1/hour burst 3 packets }
    chain forward {
        type filter hook forward priority 0; policy accept;
        icmp type echo-request counter name "pings"
        icmp type echo-reply counter name "pings"
        icmp type echo-request quota name "little" counter drop
    }
}
END
for i in 1 2 3 4; do ping; done
r nft list table ip t
r nft reset quota ip t little
ping
r nft list counters
r nft reset counters
r nft list counters
r nft flush chain ip t forward
r nft add rule ip t forward icmp type echo-request limit name few accept
r nft add rule ip t forward icmp type echo-request drop
for i in 1 2 3 4 5; do ping; done
