#!/bin/bash
# needs: nf_log_all_netns
# --log-uid tells whose program sends a packet; of what the kernel itself says, and of what is received,
# there is none.
ip netns add left
ip link add l0 address 02:00:00:00:00:01 type veth peer name l1 address 02:00:00:00:00:02 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
ip -n left addr add 10.1.0.2/24 dev l1
iptables -A OUTPUT -p icmp -j LOG --log-prefix "lu-out " --log-uid
iptables -t mangle -A POSTROUTING -p icmp -j LOG --log-prefix "lu-post " --log-uid
iptables -A INPUT -p icmp -j LOG --log-prefix "lu-in " --log-uid
ping -q -c 1 -W 1 10.1.0.2 | grep -o '[0-9]* received'
ping -q -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
ip netns exec left ping -q -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
dmesg -t | grep '^lu-' | sed 's/UID=0 GID=0/user root/; s/ID=[0-9]* /ID=x /g; s/$/|/'
