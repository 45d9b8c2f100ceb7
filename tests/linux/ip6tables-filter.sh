# ipv6
# Rules of IPv6: devices, addresses, protocols, ports, and who is told what.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 2001:db8:1::1/64 dev a0 nodad; ip -n a link set a0 up
ip -n r addr add 2001:db8:1::2/64 dev r0 nodad; ip -n r link set r0 up
ip -n r addr add 2001:db8:2::2/64 dev r1 nodad; ip -n r link set r1 up
ip -n b addr add 2001:db8:2::1/64 dev b0 nodad; ip -n b link set b0 up
ip -n a route add default via 2001:db8:1::2; ip -n b route add default via 2001:db8:2::2
r() { ip netns exec r "$@"; }
r sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 2
ping() { ip netns exec a ping -q -c 1 -W 1 "$@" 2001:db8:2::1 | grep -o '[0-9]* received'; }
ping > /dev/null
i() { r ip6tables -A FORWARD "$@"; echo "$*: $(ping)"; r ip6tables -F FORWARD; }
i -s 2001:db8:1::/64 -j DROP
i ! -s 2001:db8:1::1 -i r0 -j DROP
i -p icmpv6 --icmpv6-type echo-request -j DROP
i -p icmpv6 --icmpv6-type echo-reply -j DROP
i -p icmpv6 --icmpv6-type destination-unreachable -j DROP
i -m hl --hl-eq 64 -j DROP
i -m hl --hl-lt 60 -j DROP
i -o r1 -j DROP
for type in icmp6-no-route icmp6-adm-prohibited icmp6-addr-unreachable icmp6-port-unreachable; do
    r ip6tables -A FORWARD -i r0 -j REJECT --reject-with $type
    ip netns exec a ping -c 1 -W 1 2001:db8:2::1 | sed -n 's/^From.*seq=1 //p'
    r ip6tables -F FORWARD
done
