# A packet that is forwarded, and its answer, meet these chains; of nat the first packet alone.
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
# Without a rule that asks for connections, nobody looks them up.
r iptables -A INPUT -m conntrack --ctstate INVALID
for table in raw mangle nat filter; do
    case $table in
        raw) chains="PREROUTING OUTPUT" ;;
        mangle) chains="PREROUTING INPUT FORWARD OUTPUT POSTROUTING" ;;
        nat) chains="PREROUTING INPUT OUTPUT POSTROUTING" ;;
        filter) chains="INPUT FORWARD OUTPUT" ;;
    esac
    for chain in $chains; do r iptables -t $table -A $chain -p icmp; done
done
counts() {
    for table in raw mangle nat filter; do
        r iptables -t $table -S -v | sed -n "s/^-A \([A-Z]*\) -p icmp -c \([0-9]*\) .*/$table \1 \2/p"
        r iptables -t $table -Z
    done
}
ping
counts
