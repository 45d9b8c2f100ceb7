# ipv6
# Which way a packet takes: the table's own route is told, with the source that is chosen.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 address 02:00:00:00:00:01
ip link set v1 address 02:00:00:00:00:02
ip link set v0 up
ip link set v1 up
sleep 3
ip -6 addr add 2001:db8::1/64 dev v0 nodad
ip -6 addr add 2001:db8:1::1/64 dev v1 nodad
ip -6 addr add fd00::1/64 dev v1 nodad
ip -6 route add 2001:db8:2::/48 via 2001:db8::9
ip -6 route add 2001:db8:3::/48 via 2001:db8::9 src 2001:db8:1::1 metric 7
ip -6 route add fd00:1::/48 via fe80::9 dev v0
ip -6 route get 2001:db8::9
ip -6 route get 2001:db8:2::1
ip -6 route get 2001:db8:3::1
ip -6 route get fd00:1::1
ip -6 route get fd00::77
ip -6 route get 2001:db8::1
ip -6 route get ::1
ip -6 route get fe80::77 dev v1
ip -6 route get ff02::1 dev v0
ip -6 route get 2001:db8:2::1 from 2001:db8:1::1
ip -6 route get 2001:db8:2::1 from 2001:db8:1::99 iif v1
ip -6 route get 2001:db8:2::1 fibmatch
ip -6 route get 2001:db8:9::1
