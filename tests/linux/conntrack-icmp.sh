# A question of ICMP and its answer are a connection, and so is each other program's.
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
ip netns exec a ping -c 2 -i 0.2 10.0.2.1 | grep -o '.*packet loss'
l -L
l -D -p icmp
ip netns exec a ping -c 1 10.0.2.1 | grep -o '.*packet loss'
ip netns exec a ping -c 1 10.0.2.1 | grep -o '.*packet loss'
ip netns exec r conntrack -C
# Nobody answers there.
l -F
ip netns exec a ping -c 1 -W 0.3 10.0.2.99 | grep -o '.*packet loss'
l -L
# The router itself asks, and is asked.
l -F
ip netns exec r ping -c 1 10.0.2.1 | grep -o '.*packet loss'
ip netns exec a ping -c 1 10.0.1.2 | grep -o '.*packet loss'
l -L
