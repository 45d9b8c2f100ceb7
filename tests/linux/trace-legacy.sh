#!/bin/bash
# needs: nf_log_all_netns
# TRACE of iptables-legacy writes a line of the kernel's log for each rule, return and policy.
ip netns add left
ip link add l0 address 02:00:00:00:00:01 type veth peer name l1 address 02:00:00:00:00:02 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
ip -n left addr add 10.1.0.2/24 dev l1
ip netns exec left ping -q -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
iptables-legacy -t raw -A PREROUTING -p icmp -j TRACE
iptables-legacy -N more
iptables-legacy -N most
iptables-legacy -A INPUT -p icmp -j more
iptables-legacy -A more -p icmp -j most
iptables-legacy -A more -j RETURN
iptables-legacy -A more -j DROP
iptables-legacy -A INPUT -p tcp
iptables-legacy -A INPUT -s 10.1.0.2 -j MARK --set-mark 3
iptables-legacy -t mangle -A INPUT -j ACCEPT
ip netns exec left ping -c 1 -W 1 10.1.0.1 | grep -o '[0-9]* received'
dmesg -t | grep '^TRACE.*SRC=10.1.0.2 DST=10.1.0.1 ' | sed 's/ID=[0-9]* /ID=N /g; s/$/|/'
