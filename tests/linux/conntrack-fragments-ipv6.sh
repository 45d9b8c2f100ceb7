# ipv6
# Fragments of IPv6 are joined where connections are tracked, and go on in fragments.
ip netns add a
ip netns add r
ip netns add b
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
for n in a r b; do ip -n $n link set lo up; done
ip -n a addr add fd00:1::1/64 dev a0 nodad
ip -n r addr add fd00:1::2/64 dev r0 nodad
ip -n r addr add fd00:2::2/64 dev r1 nodad
ip -n b addr add fd00:2::1/64 dev b0 nodad
ip -n a link set a0 up
ip -n r link set r0 up
ip -n r link set r1 up
ip -n b link set b0 up
ip -n a route add default via fd00:1::2
ip netns exec r sysctl -q -w net.ipv6.conf.all.forwarding=1
l() { ip netns exec r conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/(sport|dport)=[0-9]{5}/\1=P/g; s/ id=[0-9]+/ id=N/g; s/ use=[0-9]//' | sort; }
ip -n b route add default via fd00:2::2
ip netns exec r ip6tables -A FORWARD -p icmpv6 -m conntrack --ctstate NEW,ESTABLISHED
ip netns exec a ping -c 1 -s 3000 fd00:2::1 | grep -o '.*packet loss'
ip netns exec r ip6tables -L FORWARD -nvx | sed -E '1,2d; s/^ *([0-9]+) +([0-9]+) .*/\1 \2/'
l -L
# They leave no longer than they came.
ip netns exec b timeout 2 tcpdump -i b0 -n -c 2 'ip6[6] == 44' 2>/dev/null | sed -E 's/^[^ ]+ //; s/[0-9]+ > 9999/P > 9999/' > seen &
ip -n a link set a0 mtu 1300
sleep 0.7
head -c 2400 /dev/zero | ip netns exec a socat - UDP6-SENDTO:[fd00:2::1]:9999
wait
cat seen
rm seen
l -L -p udp
