# A port that another connection has is exchanged for one of its class.
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
ip -n a addr add 10.0.1.7/24 dev a0
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -j MASQUERADE
ports() { ip netns exec r conntrack -L -p udp --sport $1 --dport 53 -s 10.0.1.7 2>/dev/null | sed -E 's/.* dport=([0-9]+) mark.*/\1/' | while read p; do if [ $p -eq $1 ]; then echo same; elif [ $p -lt 512 ]; then echo low; elif [ $p -lt 1024 ]; then echo privileged; else echo free; fi; done; }
for p in 100 700 5000; do
    echo word | ip netns exec a nc -u -q 0 -s 10.0.1.1 -p $p 10.0.2.1 53
    echo word | ip netns exec a nc -u -q 0 -s 10.0.1.7 -p $p 10.0.2.1 53
    ports $p
done
# To another destination the port is free, but what a source was translated to once it keeps.
echo word | ip netns exec a nc -u -q 0 -s 10.0.1.7 -p 5000 10.0.2.1 54
set -- $(ip netns exec r conntrack -L -p udp --sport 5000 -s 10.0.1.7 2>/dev/null | sed -E 's/.* dport=([0-9]+) mark.*/\1/')
[ $1 = $2 ] && echo kept
# At random it is another one from the beginning.
ip netns exec r iptables -t nat -F
ip netns exec r iptables -t nat -A POSTROUTING -o r1 -p udp -j MASQUERADE --random-fully
echo word | ip netns exec a nc -u -q 0 -s 10.0.1.7 -p 6000 10.0.2.1 53
ports 6000
