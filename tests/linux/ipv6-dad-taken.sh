# ipv6
# The same hardware address at both ends of a cable: one link-local address for two. What follows
# says accept_dad.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:01
show() { ip -6 addr show dev v0 | grep inet6; }
ip netns exec b sysctl -qw net.ipv6.conf.v1.accept_dad=0
ip -n b link set v1 up; ip link set v0 up; sleep 3
show; ip -n b -6 addr show dev v1 | grep inet6
ip addr add 2001:db8::1/64 dev v0 nodad
ip link set v0 down
# It may not be used, and with 2 neither may IPv6.
sysctl -w net.ipv6.conf.v0.accept_dad=2
ip link set v0 up; sleep 3
show; sysctl net.ipv6.conf.v0.disable_ipv6
ip addr add 2001:db8::1/64 dev v0 nodad
# With 0 nobody is asked.
sysctl -w net.ipv6.conf.v0.accept_dad=0
sysctl -w net.ipv6.conf.v0.disable_ipv6=0
sleep 2; show
ip addr add 2001:db8::1/64 dev v0; sleep 1; show
