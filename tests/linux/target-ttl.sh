# The time to live, set, raised and lowered.
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
ip netns exec b iptables -A INPUT -p icmp
seen() { ping > /dev/null; for ttl in 61 62 63 64 68 128; do ip netns exec b iptables -A INPUT -p icmp -m ttl --ttl-eq $ttl; done; ping > /dev/null; ip netns exec b iptables -S INPUT -v | sed -n 's/.*--ttl-eq \([0-9]*\) -c 1 .*/arrives with \1/p'; ip netns exec b iptables -F INPUT; }
seen
r iptables -t mangle -A PREROUTING -i r0 -j TTL --ttl-set 65; seen
r iptables -t mangle -R PREROUTING 1 -i r0 -j TTL --ttl-inc 5; seen
r iptables -t mangle -R PREROUTING 1 -i r0 -j TTL --ttl-dec 2; seen
r iptables -t mangle -F
r iptables -t mangle -A POSTROUTING -o r1 -j TTL --ttl-set 128; seen
r iptables -A FORWARD -j TTL --ttl-set 5; echo "exit status $?"
r iptables -t mangle -A FORWARD -j TTL --ttl-inc 0; echo "exit status $?"
