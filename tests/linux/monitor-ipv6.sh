# ipv6
# What `ip monitor` tells of IPv6.
watch() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 2.5; kill $monitor; wait $monitor)"
    echo --
}
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
watch monitor address route dev v0 <<'X'
ip link set v0 up
ip link set v1 up
X
watch -6 monitor all <<'X'
ip addr add 2001:db8::1/64 dev v0 nodad
X
watch -6 monitor all <<'X'
ip addr add 2001:db8:1::1/64 dev v0
X
watch -6 monitor route rule nexthop label <<'X'
ip -6 route add 2001:db8:9::/64 via 2001:db8::2
ip -6 route replace 2001:db8:9::/64 via 2001:db8::3
ip -6 route del 2001:db8:9::/64
ip -6 rule add from 2001:db8::/32 table 7
ip -6 rule del table 7
ip nexthop add id 1 via 2001:db8::2 dev v0
ip -6 route add 2001:db8:8::/64 nhid 1
ip nexthop del id 1
X
watch -6 monitor all <<'X'
ip addr del 2001:db8:1::1/64 dev v0
X
watch monitor address route <<'X'
ip link set v0 down
X
