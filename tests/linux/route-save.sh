#!/bin/bash
# ipv6
# Routes, addresses and rules are saved in the form of rtnetlink's messages, shown and restored.
set -v; trap 'echo "exit status $?"' ERR
sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1
ip link add v0 address 02:00:00:00:00:10 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip addr add 10.0.0.1/24 brd + dev v0
ip addr add 10.0.0.5 peer 10.0.0.6 dev v0 metric 5 noprefixroute
ip addr add 2001:db8::1/64 dev v0 nodad
ip route add 10.5.0.0/16 via 10.0.0.2 metric 7 mtu lock 1400
ip route add blackhole 10.8.0.0/16
ip route add 10.9.0.0/16 via 10.0.0.3 dev v0 onlink table 1000 proto static
ip -6 route add 2001:db8:5::/48 via 2001:db8::2
ip rule add not from 10.1.0.0/16 iif v0 fwmark 1/0xff lookup 1000 pref 500
ip rule add dport 53-60 ipproto udp goto 32766 pref 501
ip route save > routes
ip -6 route save > routes6
ip route save table 1000 > table
ip addr save dev v0 > addresses
ip -4 rule save > rules
# What is shown has the names of here.
ip route showdump < routes
ip -6 route showdump < routes6
ip route showdump < table
ip addr showdump < addresses
ip -j addr showdump < addresses
ip -o addr showdump < addresses
ip rule showdump
# Restored is what is not there.
ip route flush table main
ip route flush table 1000
ip route restore < routes
ip route restore < table
ip route restore < routes
ip route
ip route show table 1000
ip -6 route flush dev v0
ip -6 route restore < routes6
ip -6 route show dev v0
ip addr flush dev v0
ip addr restore < addresses
ip addr show dev v0
ip addr restore < addresses
ip rule flush
ip rule del pref 0
ip rule restore < rules
ip rule
# A choice of them.
ip route save 10.5.0.0/16 | ip route showdump
ip route save table 77 | ip route showdump
ip addr save to 10.0.0.1 | ip addr showdump
ip rule save all
# Files of something else, broken ones, and devices that are gone.
ip route restore < addresses
ip addr restore < routes
ip rule restore < routes
ip addr showdump < rules
echo x | ip route showdump
ip rule restore < /dev/null
head -c 30 routes | ip route showdump
head -c 30 addresses | ip addr showdump
ip link del v0
ip route showdump < routes
ip addr restore < addresses
ip route restore < routes
# A file that ip of iproute2 wrote on another machine.
printf '\x24\x12\x31\x45\x3c\0\0\0\x18\0\x22\0\xdd\x93\x01\x6b\xcd\x03\0\0\x02\x18\0\0\xfe\x02\xfd\x01\0\0\0\0' > foreign
printf '\x08\0\x0f\0\xfe\0\0\0\x08\0\x01\0\x0a\0\0\0\x08\0\x07\0\x0a\0\0\x01\x08\0\x04\0\x03\0\0\0' >> foreign
printf '\x50\0\0\0\x18\0\x22\0\xdd\x93\x01\x6b\xcd\x03\0\0\x02\x10\0\0\xfe\x03\0\x01\0\0\0\0\x08\0\x0f\0\xfe\0\0\0' >> foreign
printf '\x08\0\x01\0\x0a\x06\0\0\x24\0\x09\0\x10\0\0\x01\x03\0\0\0\x08\0\x05\0\x0a\0\0\x02' >> foreign
printf '\x10\0\0\0\x03\0\0\0\x08\0\x05\0\x0a\0\0\x03' >> foreign
ip route showdump < foreign
