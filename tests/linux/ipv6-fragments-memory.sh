# ipv6
# The settings of reassembly: without memory nothing is joined, and whole packets arrive.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link set v0 up; ip -n b link set v1 up
ip addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 4
b() { ip netns exec b "$@"; }
b sysctl net.ipv6.ip6frag_high_thresh net.ipv6.ip6frag_low_thresh net.ipv6.ip6frag_time
b sysctl -w net.ipv6.ip6frag_high_thresh=1000
b sysctl -w net.ipv6.ip6frag_low_thresh=5000000
b sysctl -w net.ipv6.ip6frag_low_thresh=0 net.ipv6.ip6frag_high_thresh=0
ping -q -c1 -W0.3 -s3000 2001:db8::2 | grep transmitted
ping -q -c1 -W1 -s1000 2001:db8::2 | grep transmitted
b sysctl -w net.ipv6.ip6frag_high_thresh=100000
ping -q -c1 -W1 -s3000 2001:db8::2 | grep transmitted
