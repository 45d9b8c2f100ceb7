# ipv6
# Addresses that mean nothing without their link, and the device that ping is told to use.
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link add d1 type veth peer name d2
for dev in lo v0 d1 d2; do ip link set $dev up; done; ip -n b link set v1 up
ip addr add 2001:db8::1/64 dev v0 nodad
ip -n b addr add 2001:db8::2/64 dev v1 nodad
ip addr add 2001:db8:9::1/64 dev d1 nodad
sleep 4
p() { ping -c1 -W0.3 "$@"; }
p fe80::ff:fe00:2%v0
p -I v0 fe80::ff:fe00:2
p -I v0 2001:db8::2
p -I v0 ff02::1 | head -1
p ff02::1%v0 | head -1
p -I 2001:db8::1 2001:db8::2
p -I fe80::ff:fe00:1%v0 fe80::ff:fe00:2
p -I fe80::ff:fe00:1 fe80::ff:fe00:2
p -I d1 2001:db8::2
p fe80::ff:fe00:2%nodev
p 2001:db8::2%v0
p -I nodev 2001:db8::2
p -I 2001:db8::99 2001:db8::2
# A group is not asked in pieces.
p -s2000 ff02::1%v0
p -M dont -s2000 ff02::1%v0
p -6 10.0.0.1
p -4 2001:db8::1
