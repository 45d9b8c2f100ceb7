#!/bin/bash
# hashlimit: a bucket for each source, network and port; a table that rules share; bytes and windows.
ip netns add left
ip link add l0 type veth peer name l1 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
for n in 2 3; do ip -n left addr add 10.1.0.$n/24 dev l1; done
i() { iptables -A INPUT -p icmp -m hashlimit "$@"; }
i --hashlimit-name all --hashlimit-upto 1/hour --hashlimit-burst 3
i --hashlimit-name src --hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode srcip
i --hashlimit-name src2 --hashlimit-above 1/hour --hashlimit-burst 2 --hashlimit-mode srcip
i --hashlimit-name net --hashlimit-upto 1/hour --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-srcmask 24
i --hashlimit-name both --hashlimit-upto 1/hour --hashlimit-burst 4 --hashlimit-mode srcip,dstip
i --hashlimit-name both --hashlimit-upto 1/hour --hashlimit-burst 4 --hashlimit-mode srcip,dstip
i --hashlimit-name few --hashlimit-upto 1/hour --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-htable-size 1 --hashlimit-htable-max 2
i --hashlimit-name bytes --hashlimit-upto 100b/s --hashlimit-mode srcip
i --hashlimit-name window --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-rate-match --hashlimit-rate-interval 3600
p() { ip netns exec left ping -q -c 1 -W 1 "$@" 10.1.0.1 >log; }
for n in 2 2 3 2 3 3; do p -I 10.1.0.$n; done
iptables -nvxL INPUT | sed 1,2d
iptables -F INPUT
# By ports: those of ICMP are none.
i --hashlimit-name port --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode dstport
iptables -A INPUT -p udp -m hashlimit --hashlimit-name udp --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode dstport
p; p
for port in 5 5 6; do echo x | ip netns exec left nc -u -w 1 10.1.0.1 $port; done
iptables -nvxL INPUT | sed 1,2d
