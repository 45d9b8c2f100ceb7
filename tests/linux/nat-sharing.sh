# One address is shared by a house: the router asks for all, and says nothing of its own hop.
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
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g; s/ use=[0-9]//' | sort; }
ip -n a addr add 10.0.1.7/24 dev a0
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec r iptables -t mangle -A PREROUTING -i r0 -j TTL --ttl-inc 1
ip netns exec r iptables -t mangle -A POSTROUTING -o r1 -j TTL --ttl-set 64
ip netns exec r iptables -A FORWARD -i r1 -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP
ip netns exec b timeout 3 tcpdump -i b0 -n -v -c 2 'icmp[0] == 8' 2>/dev/null | grep -o 'ttl [0-9]*\|10.* > 10[^:]*' > seen &
sleep 0.7
ip netns exec a ping -c 1 -I 10.0.1.1 10.0.2.1 | grep -o '.*packet loss'
ip netns exec a ping -c 1 -I 10.0.1.7 10.0.2.1 | grep -o '.*packet loss'
wait
cat seen
rm seen
l -L
# Nobody outside reaches in.
ip -n b route add 10.0.1.0/24 via 10.0.2.2
ip netns exec b ping -c 1 -W 0.3 10.0.1.1 | grep -o '.*packet loss'
# The hop of the router does not show.
ip netns exec a traceroute -n -q 1 -w 1 10.0.2.1 | sed -E 's/[0-9.]+ ms/T/'
