# A connection of UDP: asked, answered, and a stream once it goes on.
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
ip netns exec r iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
seconds() { ip netns exec r conntrack -L -p udp "$@" 2>/dev/null | while read _ _ t _; do if [ $t -gt 100 ]; then echo long; elif [ $t -gt 20 ]; then echo short; elif [ $t -gt 5 ]; then echo middle; else echo soon; fi; done; }
echo answer | ip netns exec b nc -u -l 10.0.2.1 2000 > asked &
server=$!
sleep 0.3
(echo one; sleep 2.7; echo two; sleep 0.3) | ip netns exec a nc -u -w 4 -p 1000 10.0.2.1 2000 > answered &
client=$!
sleep 0.7
l -L
seconds
sleep 2.4
l -L
seconds
kill $server $client
wait
cat asked answered
rm asked answered
# Nobody answers.
echo one | ip netns exec a nc -u -q 0 -p 1001 10.0.2.1 2001
l -L -p udp --sport 1001
# How long they are remembered is a setting.
ip netns exec r sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=5
echo one | ip netns exec a nc -u -q 0 -p 1002 10.0.2.1 2001
seconds --sport 1002
