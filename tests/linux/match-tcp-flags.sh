# Flags of TCP: which are looked at, and which of them are set.
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
count() { r iptables-save -c | grep -E '^\[' ; }
ip netns exec b nc -n -k -l 80 < /dev/null > /dev/null &
nc=$!
sleep 0.3
f() { r iptables -A FORWARD -i r0 -p tcp "$@"; }
f --syn
f --tcp-flags SYN,ACK SYN,ACK
f --tcp-flags ALL SYN
f --tcp-flags SYN SYN
f ! --tcp-flags SYN,ACK SYN -m comment --comment "some"
f --tcp-flags ALL NONE
f --tcp-option 2
f --tcp-option 5
ip netns exec a nc -n -z -w 1 10.0.2.1 81 2> /dev/null
count
r iptables -S FORWARD
kill $nc
