# ipv6
# A router listens to the anycast address of a prefix as soon as its own address is one, even before
# the device is up.
sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.forwarding=1
ip link add v0 type veth peer name v1
ip addr add fd00:1::1/64 dev v0
ip addr add fd00:2::1/127 dev v0
sysctl -qw net.ipv6.conf.default.accept_dad=1
sleep 0.2
ip -6 route show table all dev v0
ip link set v0 up
ip -6 route show table local dev v0
ip -6 maddr show dev v0 | grep ':0$'
ip link set v0 down
ip -6 route show table all dev v0
ip addr add fd00:3::1/64 dev v0 nodad
ip -6 route show table all dev v0
ip addr del fd00:3::1/64 dev v0
ip -6 route show table all dev v0
