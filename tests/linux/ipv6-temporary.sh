# ipv6
# Beside an address that says so, others are made that tell nothing of the hardware, for a while.
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1
ip link set v1 up; ip link set v0 up
show() { ip -6 addr show dev v0 scope global | grep -A1 inet6 | sed -e '/ temporary/s/2001[^ ]*/RANDOM/' -e 's/[0-9]*sec/SECONDS/g'; }
sleep 3
ip addr add 2001:db8::1/64 dev v0 mngtmpaddr
sleep 0.3; show
ip addr del 2001:db8::1/64 dev v0
sysctl -w net.ipv6.conf.v0.use_tempaddr=1
ip addr add 2001:db8::1/64 dev v0 nodad mngtmpaddr
sleep 3; show
# The address of the host is what packets come from, unless temporary ones are preferred.
ip -6 route add 2001:db8:9::/64 dev v0
ip -6 route get 2001:db8:9::1 | grep -o 'src 2001:db8::1 '
sysctl -w net.ipv6.conf.v0.use_tempaddr=2
ip -6 route get 2001:db8:9::1 | grep -c 'src 2001:db8::1 '
ip addr show dev v0 temporary | grep -c inet6
ip addr del 2001:db8::1/64 dev v0
sleep 0.3; show
ip addr add 2001:db8::1/80 dev v0 mngtmpaddr
ip addr add 2001:db8::1/64 dev v0 nodad mngtmpaddr valid_lft 100 preferred_lft 50
sleep 0.3; ip -6 addr show dev v0 scope global | sed -e '/ temporary/s/2001[^ ]*/RANDOM/'
