# Errors about translated connections are translated back, with what they quote.
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
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g; s/ use=[0-9]//' | sort; }
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec r iptables -A FORWARD -m conntrack --ctstate RELATED
# Nobody listens there.
ip netns exec a timeout 3 tcpdump -i a0 -n -v -c 1 'icmp[0] == 3' 2>/dev/null | sed -E 's/id [0-9]+/id N/; s/^[0-9:.]+ //' > seen &
sleep 0.7
echo word | ip netns exec a nc -u -w 1 -p 1000 10.0.2.1 99
wait
cat seen
ip netns exec r iptables -L FORWARD -nvx | tail -1
# On the way back from a port that leads elsewhere.
ip netns exec r iptables -t nat -A PREROUTING -p udp --dport 8080 -j DNAT --to-destination 10.0.2.1:99
ip netns exec a timeout 3 tcpdump -i a0 -n -v -c 1 'icmp[0] == 3' 2>/dev/null | sed -E 's/id [0-9]+/id N/; s/^[0-9:.]+ //' > seen &
sleep 0.7
echo word | ip netns exec a nc -u -w 1 -p 1001 10.0.1.2 8080
wait
cat seen
rm seen
l -L
