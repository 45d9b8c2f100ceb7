# ipv6
# How often a device asks whether an address is free, and who does not wait for the answer.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
show() { ip -6 addr show dev v0 | grep inet6; }
sysctl -w net.ipv6.conf.v0.dad_transmits=0
ip -n b link set v1 up; ip link set v0 up; sleep 2
show
ip addr add 2001:db8::1/64 dev v0; sleep 2
show
sysctl -w net.ipv6.conf.v0.dad_transmits=3
ip addr add 2001:db8::2/64 dev v0; sleep 1.8
show
sleep 3
show
# An optimist uses what it makes itself at once, and asks then.
ip link set v0 down
sysctl -w net.ipv6.conf.v0.optimistic_dad=1
ip link set v0 up; sleep 0.5
show; ip -6 route show table local type local dev v0
ip addr add 2001:db8::3/64 dev v0; show
sleep 5
show
