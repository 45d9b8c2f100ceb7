# What an earlier table marks, a later one sees; the order is raw, mangle, nat, filter.
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
count() { r iptables-save -c | grep -E '^\[' ; }
r iptables -t filter -A FORWARD -m mark --mark 7 -j DROP
r iptables -t filter -A FORWARD -m mark --mark 0x5 -j ACCEPT
r iptables -t mangle -A PREROUTING -m mark --mark 1 -j MARK --set-mark 4
r iptables -t mangle -A FORWARD -m mark --mark 4 -j MARK --or-mark 1
r iptables -t raw -A PREROUTING -i r0 -j MARK --set-mark 1
ping
count
r iptables -t mangle -A FORWARD -m mark --mark 5 -j MARK --set-mark 7
ping
count
