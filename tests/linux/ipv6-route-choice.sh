# ipv6
# Of routes of one prefix those of least metric are tried, and of them the best.
for n in a r b; do ip netns add $n; done
ip link add a0 netns a address 02:00:00:00:00:01 type veth peer name r0 netns r address 02:00:00:00:00:10
ip link add b0 netns b address 02:00:00:00:00:02 type veth peer name r1 netns r address 02:00:00:00:00:20
for d in "a a0" "r r0" "r r1" "r lo" "b b0"; do set -- $d; ip -n $1 link set $2 up; done
ip -n r addr add fd00:1::1/64 dev r0 nodad
ip -n r addr add fd00:2::1/64 dev r1 nodad
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 3
get() { ip -n r -6 route get "$@" | grep -oE '(via|dev) [^ ]*'; }
# A packet goes on by the device it came by, if that is as good as any other.
ip -n r -6 route add fd00:3::/64 dev r1
ip -n r -6 route append fd00:3::/64 dev r0
get fd00:3::1
get fd00:3::1 from fd00:1::9 iif r0
get fd00:3::1 from fd00:2::9 iif r1
# So does what names a device and has its source; without a source no other device will do.
get fd00:3::1 from fd00:1::1 oif r0
get fd00:2::9 from fd00:1::1 oif r0
get fd00:2::9 oif r0
# A route that leads nowhere stands at the loopback: who names another device does not see it.
ip -n r -6 route add unreachable fd00:4::/64
get fd00:4::1
get fd00:4::1 oif r0
get fd00:4::1 oif lo
get fd00:4::1 from fd00:1::1 oif r0
# Preferences decide among routes of one metric, and where those of least metric do not fit, among
# all others.
ip netns exec r sysctl -qw net.ipv6.conf.all.ignore_routes_with_linkdown=1
ip -n r -6 route add fd00:5::/64 via fd00:2::8 metric 7
ip -n r -6 route add fd00:5::/64 via fd00:1::8 metric 10 pref low
ip -n r -6 route add fd00:5::/64 via fd00:1::9 metric 20 pref high
ip -n r -6 route add unreachable fd00:5::/64 metric 30 pref 1
ip -n r -6 route add fd00:5::/64 via fd00:1::7 metric 40 pref 3
ip -n r -6 route add fd00:5::/64 via fd00:1::7 metric 50 pref other
ip -n r -6 route show fd00:5::/64
get fd00:5::1
ip -n b link set b0 down
sleep 1
get fd00:5::1
ip -n b link set b0 up
sleep 1
# Whoever is no router passes over a gateway that is silent, for a shorter prefix too.
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=0
ip -n r -6 route add fd00:6::/64 via fd00:2::8
ip -n r -6 route add fd00:6::/48 via fd00:1::9
get fd00:6::1
ip netns exec r ping -c1 -W4 fd00:2::8 | grep -o 'Destination.*'
get fd00:6::1
# Where all are silent, the longest prefix has it.
ip -n r -6 route del fd00:6::/48
get fd00:6::1
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n r -6 route add fd00:6::/48 via fd00:1::9
get fd00:6::1
