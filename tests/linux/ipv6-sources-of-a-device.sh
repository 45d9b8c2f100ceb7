# ipv6
# Sources of one device alone are asked for by the setting of that device, not by that of all.
ip link add d1 address 02:00:00:00:00:01 type veth peer name d2 address 02:00:00:00:00:02
ip link set d1 up; ip link set d2 up; ip link set lo up
sleep 2
ip addr add fd00::1/64 dev d1 nodad
ip addr add fd00::2/64 dev d2 nodad
sysctl -qw net.ipv6.conf.all.use_oif_addrs_only=1
ip -6 route get fd00::2 oif d1
sysctl -qw net.ipv6.conf.d1.use_oif_addrs_only=1
ip -6 route get fd00::2 oif d1
# A gateway known behind several devices may be reached by each of them.
ip -6 route add fd00:1::/64 via fd00::3 dev d2 onlink
ip -6 route add fd00:2::/64 via fd00::3 dev d1 onlink
ip -6 route show proto boot
