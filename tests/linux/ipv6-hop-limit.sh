# ipv6
# With which hop limit packets begin: the route's, else the device's.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link set v0 up; ip -n b link set v1 up
ip addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 4
reply() { ping -c1 -W1 2001:db8::2 | grep -o 'ttl=[0-9]*'; }
reply
ip netns exec b sysctl -w net.ipv6.conf.v1.hop_limit=33
reply
ip netns exec b sysctl -w net.ipv6.conf.v1.hop_limit=0
ip netns exec b sysctl -w net.ipv6.conf.v1.hop_limit=256
ip -n b route change 2001:db8::/64 dev v1 proto kernel metric 256 hoplimit 9
reply
ip -n b -6 route show dev v1
