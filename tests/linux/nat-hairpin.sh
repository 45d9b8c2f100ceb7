# A host that calls its own router's address comes back to its own network, and needs another source.
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
ip -n a addr add 10.0.1.7/24 dev a0
echo answer | ip netns exec a nc -u -l 10.0.1.7 80 > asked &
nat -A PREROUTING -p udp -d 10.0.2.2 --dport 8080 -j DNAT --to-destination 10.0.1.7:80
ip netns exec a sysctl -q -w net.ipv4.conf.all.accept_local=1
ip netns exec a sysctl -q -w net.ipv4.conf.a0.rp_filter=0
ip netns exec a sysctl -q -w net.ipv4.conf.all.rp_filter=0
sleep 0.5
nat -A POSTROUTING -s 10.0.1.0/24 -d 10.0.1.0/24 -j MASQUERADE
(echo word; sleep 0.5) | ip netns exec a nc -u -w 1 -s 10.0.1.1 -p 1000 10.0.2.2 8080
l -L
l -L -n
kill $!
cat asked
rm asked
