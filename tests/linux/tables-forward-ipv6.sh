# ipv6
# A packet of IPv6 that is forwarded, and its answer, meet these chains.
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
for table in raw mangle nat filter; do
    case $table in
        raw) chains="PREROUTING OUTPUT" ;;
        mangle) chains="PREROUTING INPUT FORWARD OUTPUT POSTROUTING" ;;
        nat) chains="PREROUTING INPUT OUTPUT POSTROUTING" ;;
        filter) chains="INPUT FORWARD OUTPUT" ;;
    esac
    for chain in $chains; do
        r ip6tables -t $table -A $chain -p icmpv6 --icmpv6-type echo-request
        r ip6tables -t $table -A $chain -p icmpv6 --icmpv6-type echo-reply
    done
done
ping
for table in raw mangle nat filter; do
    r ip6tables -t $table -S -v | sed -n "s/^-A \([A-Z]*\) .*--icmpv6-type \([0-9]*\) -c \([0-9]*\) .*/$table \1 \2 \3/p"
done
