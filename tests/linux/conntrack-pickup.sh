# A connection that was there before the router remembered is taken up in its middle.
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
ip netns exec b nc -l 10.0.2.1 80 >got &
sleep 0.3
(echo one; sleep 1; echo two; sleep 1.5; echo three; sleep 1) | ip netns exec a nc -N -p 1000 10.0.2.1 80 &
sleep 0.4
ip netns exec r iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
sleep 1.3
l -L
# It is forgotten, and may not be taken up any more.
ip netns exec r sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
l -F
sleep 1.1
l -L
ip netns exec r iptables -L FORWARD -nvx | sed -E '1,2d; s/^ *0 .*/passed/; s/^ *[1-9].*/dropped/'
cat got
ip netns exec r iptables -F
wait
cat got
rm got
