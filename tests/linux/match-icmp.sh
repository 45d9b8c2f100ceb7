# Types and codes of ICMP.
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
r iptables -A FORWARD -p icmp --icmp-type 8 -j DROP; echo '-p icmp --icmp-type 8:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -p icmp --icmp-type echo-reply -j DROP; echo '-p icmp --icmp-type echo-reply:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -p icmp --icmp-type 8/0 -j DROP; echo '-p icmp --icmp-type 8/0:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -p icmp --icmp-type 8/1 -j DROP; echo '-p icmp --icmp-type 8/1:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -p icmp ! --icmp-type 8 -j DROP; echo '-p icmp ! --icmp-type 8:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -p icmp --icmp-type any -j DROP; echo '-p icmp --icmp-type any:' $(ping); r iptables -F FORWARD
r iptables -A FORWARD -p icmp --icmp-type destination-unreachable -j DROP; echo '-p icmp --icmp-type destination-unreachable:' $(ping); r iptables -F FORWARD
