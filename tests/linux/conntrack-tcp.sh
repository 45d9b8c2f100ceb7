# A connection of TCP through its life, as the router remembers it.
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
hours() { ip netns exec r conntrack -L -p tcp 2>/dev/null | while read _ _ t _; do if [ $t -gt 400000 ]; then echo days; elif [ $t -gt 70 ]; then echo minutes; else echo soon; fi; done; }
ip netns exec b nc -l 10.0.2.1 80 > got &
sleep 0.3
(echo word; sleep 2) | ip netns exec a nc -p 1000 -N 10.0.2.1 80 &
sleep 1
l -L
hours
wait
cat got
rm got
sleep 0.2
l -L
hours
# Nobody listens: the answer ends it.
ip netns exec a nc -z -w 1 10.0.2.1 81
l -L -p tcp --dport 81
# Nobody is there.
ip netns exec a nc -z -w 1 -p 1002 10.0.2.99 80
l -L -p tcp --dport 80 -d 10.0.2.99
