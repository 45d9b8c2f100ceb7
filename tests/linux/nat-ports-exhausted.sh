# Where all ports of a range are taken, the next connection is dropped, and counted.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a addr add 10.0.1.1/24 dev a0
ip -n r addr add 10.0.1.2/24 dev r0
ip -n r addr add 10.0.2.2/24 dev r1
ip -n b addr add 10.0.2.1/24 dev b0
ip -n a route add default via 10.0.1.2
ip -n b route add default via 10.0.2.2
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^([a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/dport=500[01]/dport=500N/; s/ use=[0-9]//' | sort; }
counted() { ip netns exec r conntrack -S | tr ' ' '\n' | grep -E '^(insert_failed|drop)=[1-9]'; }
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -p udp -j SNAT --to-source 10.0.2.2:5000-5001
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -p tcp -j SNAT --to-source 10.0.2.2:5000-5001
send() { echo word | ip netns exec a nc -u -q 0 -p $1 10.0.2.1 $2; sleep 0.1; }
send 1001 53
send 1002 53
l -L -p udp
send 1003 53
l -L -p udp
counted
# To another port there is room.
send 1003 54
l -L -p udp
# And once one is forgotten.
ip netns exec r conntrack -D -p udp --sport 1001 >/dev/null 2>&1
send 1004 53
l -L -p udp
