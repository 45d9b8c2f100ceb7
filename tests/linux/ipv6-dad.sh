# ipv6
# Two hosts with one address: the second finds out and does not use it.
ip netns add a
ip netns add b
ip link add v0 netns a type veth peer name v1 netns b
ip -n a link set v0 address 02:00:00:00:00:01
ip -n b link set v1 address 02:00:00:00:00:02
ip -n a link set v0 up
ip -n b link set v1 up
sleep 3
ip -n a addr add 2001:db8::1/64 dev v0
sleep 3
ip -n b addr add 2001:db8::1/64 dev v1
ip -n b -6 addr show v1
sleep 3
ip -n a -6 addr show v0
ip -n b -6 addr show v1
ip -n b -6 route show table all dev v1
ip -n b addr add 2001:db8::2/64 dev v1 optimistic
ip -n b -6 addr show v1
sleep 3
ip -n b -6 addr show v1
ip netns exec b sysctl -w net.ipv6.conf.v1.accept_dad=0 net.ipv6.conf.all.accept_dad=0
ip -n b addr add 2001:db8::3/64 dev v1
ip -n b -6 addr show v1
