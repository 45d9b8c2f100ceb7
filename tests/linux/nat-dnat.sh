# Destinations are translated: a port of the router is another host's, or the router's own.
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
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g; s/dport=[0-9]{3} mark/dport=P mark/; s/ use=[0-9]//' | sort; }
nat() { ip netns exec r iptables -t nat "$@"; }
ip -n b route add default via 10.0.2.2
nat -A PREROUTING -i r0 -p udp --dport 8080 -j DNAT --to-destination 10.0.2.1:80
nat -A PREROUTING -i r0 -p udp --dport 8081 -j DNAT --to-destination 10.0.2.1
nat -A PREROUTING -i r0 -p udp --dport 8082 -j REDIRECT --to-ports 82
nat -A PREROUTING -i r0 -p udp --dport 8083 -j DNAT --to-destination :83
nat -A PREROUTING -i r0 -p udp --dport 9000:9010 -j DNAT --to-destination 10.0.2.1:7000-7010/9000
nat -A OUTPUT -p udp --dport 8084 -j DNAT --to-destination 10.0.2.1:84
for p in 8080 8081 8082 8083 9003; do echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.1.2 $p; done
echo word | ip netns exec a nc -u -q 0 -p 1000 10.0.2.77 8080
echo word | ip netns exec r nc -u -q 0 -p 1000 10.0.1.2 8084
l -L
l -L -g
l -L -n
nat -L PREROUTING -nvx | sed -E '1,2d; s/^ *([0-9]+) +[0-9]+ +([A-Z]+).*/\1 \2/'
# Who is asked that way answers.
echo answer | ip netns exec b nc -u -l 10.0.2.1 80 > asked &
sleep 0.5
(echo word; sleep 0.3) | ip netns exec a nc -u -w 1 -p 1005 10.0.1.2 8080
kill $!
cat asked
rm asked
