# What is told of connections that are translated, marked and in zones.
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
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
told() { sed -E 's/([a-z]+ +[0-9]+) [0-9]+/\1 T/; s/ id=[0-9]+/ id=N/g; s/ \[USERSPACE\].*//' $1; }
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec r iptables -t raw -A PREROUTING -p udp --dport 54 -j CT --zone 3
ip netns exec r iptables -t mangle -A PREROUTING -p udp --dport 55 -j CONNMARK --set-mark 9
ip netns exec r conntrack -E > all 2>&1 &
all=$!
ip netns exec r conntrack -E -n -e NEW > translated 2>&1 &
translated=$!
ip netns exec r conntrack -E -m 9 > marked 2>&1 &
marked=$!
sleep 0.4
echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.2.1 53
echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.2.1 54
echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.2.1 55
echo word | ip netns exec b nc -u -q 0 -p 1000 10.0.2.2 56
ip -n r addr del 10.0.2.2/24 dev r1
sleep 0.3
kill -INT $all $translated $marked
wait $all
wait $translated
wait $marked
told all | head -4
told all | tail -n +5 | sort
told translated
told marked
rm all translated marked
