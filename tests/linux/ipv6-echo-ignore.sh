# ipv6
# Settings that keep a host from answering echo requests.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link set v0 up; ip -n b link set v1 up
ip addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
sleep 4
b() { ip netns exec b sysctl -w "net.ipv6.$1"; }
near() { ping -q -c1 -W0.3 2001:db8::2 | grep transmitted; }
all() { ping -c2 -i0.2 -W0.3 -I v0 ff02::1 2>&1 | grep -c 'from fe80::ff:fe00:2'; }
near; all
b icmp.echo_ignore_anycast=1
near; all
b icmp.echo_ignore_multicast=1
all; near
b icmp.echo_ignore_all=1
near
b icmp.echo_ignore_all=2
