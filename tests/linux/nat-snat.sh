# Sources are translated to what a rule says: an address, one of several, one of some ports.
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
nat() { ip netns exec r iptables -t nat "$@"; }
ip -n r addr add 10.0.2.50/24 dev r1
for n in 51 52 53; do ip -n r addr add 10.0.2.$n/24 dev r1; done
nat -A POSTROUTING -o r1 -j SNAT --to-source 10.0.2.50
ip netns exec a ping -c 1 10.0.2.1 | grep -o '.*packet loss'
echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.2.1 53
l -L
l -L -n
l -L -g
nat -F
l -F
# One of several by the source's address: always the same.
nat -A POSTROUTING -o r1 -j SNAT --to-source 10.0.2.50-10.0.2.53
for p in 1000 1001 1002; do echo word | ip netns exec a nc -u -q 0 -p $p 10.0.2.1 53; done
l -L
nat -F
l -F
# A port of some.
nat -A POSTROUTING -o r1 -p udp -j SNAT --to-source 10.0.2.50:5000
echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.2.1 53
l -L
# No other port is left, so the second is not let through.
echo word | ip netns exec a nc -u -q 0 -p 1001 10.0.2.1 53
l -L
# A port that fits stays.
nat -F
l -F
nat -A POSTROUTING -o r1 -p udp -j SNAT --to-source 10.0.2.50:1000-1010
echo word | ip netns exec a nc -u -q 0 -p 1005 10.0.2.1 53
l -L
