# ipv6
# Rules of IPv6 are other ones than those of IPv4.
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip -6 addr add 2001:db8::1/64 dev v0 nodad
ip -6 rule
ip -6 rule add from 2001:db8::/32 to 2001:db8:5::/48 table 100
ip -6 rule add fwmark 7 table 101 pref 50
ip -6 rule add from 2001:db8::/32 unreachable pref 60
ip -6 rule
ip rule
ip -6 route add 2001:db8:5::/48 via 2001:db8::9 table 100
ip -6 route get 2001:db8:5::1 from 2001:db8::1
ip -6 rule del pref 60
ip -6 route get 2001:db8:5::1 from 2001:db8::1
ip -6 route get 2001:db8:5::1
ip -6 rule del table 100
ip -6 rule del table 100
ip -6 rule del from all table local
ip -6 rule
