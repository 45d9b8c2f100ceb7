# ipv6
# Neighbours of IPv6 set by hand, and entries that this host answers for.
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip -6 neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev v0
ip neigh add 2001:db8::a lladdr 02:00:00:00:00:0a dev v0 nud reachable router
ip -6 neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev v0
ip -6 neigh change 2001:db8::9 lladdr 02:00:00:00:00:19 dev v0
ip -6 neigh change 2001:db8::b lladdr 02:00:00:00:00:19 dev v0
ip -6 neigh add proxy 2001:db8::c dev v0
ip -6 neigh show 2001:db8::9
ip -6 neigh show 2001:db8::a
ip -j -6 neigh show 2001:db8::9
ip -6 neigh show proxy
ip -4 neigh
ip -6 neigh del 2001:db8::9 dev v0
ip -6 neigh del 2001:db8::9 dev v0
ip -6 neigh del proxy 2001:db8::c dev v0
ip -6 neigh show proxy
ip link set v0 down
ip -6 neigh show dev v0
