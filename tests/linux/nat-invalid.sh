# What belongs to no connection is not translated.
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
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ip netns exec b timeout 3 tcpdump -i b0 -n -c 2 'icmp[0] == 0 or icmp[0] == 8' 2>/dev/null | sed -E 's/^[^ ]+ //; s/id [0-9]+/id N/' > seen &
sleep 0.7
# An answer to nothing, and a question.
printf '\0\0\xff\xfd\0\x01\0\x01' | ip netns exec a socat - IP-SENDTO:10.0.2.1:1 >/dev/null
sleep 0.2
printf '\x08\0\xf7\xfd\0\x01\0\x01' | ip netns exec a socat - IP-SENDTO:10.0.2.1:1 >/dev/null
wait
cat seen
rm seen
l -L
