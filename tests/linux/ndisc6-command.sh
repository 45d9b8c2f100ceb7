# ipv6
# ndisc6 asks who has an address on a link; rdisc6 asks for routers, and here is none.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:ab:02
ip link set v0 up; ip -n b link set v1 up
ip addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 4
ndisc6 2001:db8::2 v0
ndisc6 fe80::ff:fe00:ab02 v0
ndisc6 fe80::ff:fe00:ab02%v0 v0
ndisc6 -q -s 2001:db8::1 2001:db8::2 v0
ndisc6 -m -w300 2001:db8::2 v0
ndisc6 -r 2 -w 200 2001:db8::9 v0; echo $?
ndisc6 -q -r1 -w200 2001:db8::9 v0; echo $?
ndisc6 2001:db8::2 nodev; echo $?
ndisc6 10.0.0.1 v0; echo $?
ndisc6 2001:db8::2; echo $?
ndisc6 -Y; echo $?
rdisc6 -r2 -w200 v0; echo $?
rdisc6 -q -r1 -w 200 v0; echo $?
rdisc6 nodev; echo $?
rdisc6; echo $?
# The neighbour has heard who asked, and answers a router's question for nobody.
ip -n b neigh show 2001:db8::1
