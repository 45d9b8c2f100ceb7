# Ports of TCP: one, a range, several, either, and what they are not.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add a0 netns a type veth peer name r0 netns r
ip link add b0 netns b type veth peer name r1 netns r
ip -n a addr add 10.0.1.1/24 dev a0; ip -n a link set a0 up
ip -n r addr add 10.0.1.2/24 dev r0; ip -n r link set r0 up
ip -n r addr add 10.0.2.2/24 dev r1; ip -n r link set r1 up
ip -n b addr add 10.0.2.1/24 dev b0; ip -n b link set b0 up
ip -n a route add default via 10.0.1.2; ip -n b route add default via 10.0.2.2
r() { ip netns exec r "$@"; }
r sysctl -qw net.ipv4.ip_forward=1
ping() { ip netns exec a ping -q -c 1 -W 1 "$@" 10.0.2.1 | grep -o '[0-9]* received'; }
ping > /dev/null
ip netns exec b nc -n -k -l 80 < /dev/null > /dev/null &
nc=$!
sleep 0.3
connect() { ip netns exec a nc -n -z -w 1 -p ${1:-4000} 10.0.2.1 80 2> /dev/null && echo connects || echo "does not"; }
try() { r iptables -A FORWARD -i r0 -p tcp "$@" -j REJECT --reject-with tcp-reset; echo "$*: $(connect)"; r iptables -F FORWARD; }
try --dport 80
try --dport 81
try --dport 70:80
try --dport 81:
try ! --dport 80
try --sport :3999
try --sport 4000 --dport 80
try -m multiport --dports 22,80,443
try -m multiport --dports 22,70:90
try -m multiport --sports 80,443
try -m multiport --ports 4000
try -m multiport ! --dports 80
kill $nc
