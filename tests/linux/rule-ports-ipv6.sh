# ipv6
# Rules of IPv6 by protocol and ports.
ip link set lo up
ip netns add left
ip netns add right
ip link add eth0 type veth peer name eth0 netns left
ip link add eth1 type veth peer name eth0 netns right
for dev in eth0 eth1; do ip link set $dev up; done
for ns in left right; do ip -n $ns link set lo up; ip -n $ns link set eth0 up; done
ip addr add 2001:db8::1/64 dev eth0 nodad
ip addr add 2001:db8:1::1/64 dev eth1 nodad
ip -n left addr add 2001:db8::2/64 dev eth0 nodad
ip -n right addr add 2001:db8:1::2/64 dev eth0 nodad
ip -n left route add default via 2001:db8::1
ip -n right route add default via 2001:db8:1::1
sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
ip -6 route add default via 2001:db8::80 table 80
ip -6 rule add ipproto tcp dport 80-90 table 80
ip -6 rule
ip -6 -j -d rule
ip -6 route get 2001:db8:9::1 ipproto tcp dport 80
ip -6 route get 2001:db8:9::1 ipproto udp dport 80
ip -6 route get 2001:db8:9::1 ipproto icmp dport 80
ip -6 route get 2001:db8:9::1 ipproto ipv6-icmp dport 80
ip -6 rule del table 80
reach() { ip netns exec left "$@" | sed 's/ [0-9.]* ms//; s/time.*//; /^rtt/d'; }
ip -6 rule add ipproto ipv6-icmp to 2001:db8:1::/64 prohibit pref 10
reach ping -c1 -W1 2001:db8:1::2
ip -6 rule del pref 10
ping -c1 -W1 2001:db8:1::2 | sed 's/time.*//; /^rtt/d'
ip -6 rule add ipproto udp to 2001:db8:1::/64 prohibit pref 10
reach ping -c1 -W1 2001:db8:1::2
ip -6 rule del pref 10
# What is made here: an echo request is of type 128.
ip -6 rule add ipproto ipv6-icmp dport 32768 to 2001:db8:1::/64 prohibit pref 10
ping -c1 -W1 2001:db8:1::2
ip -6 rule del dport 32768
ping -c1 -W1 2001:db8:1::2 | sed 's/time.*//; /^rtt/d'
