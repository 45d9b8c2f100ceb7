#!/bin/bash
# recent: lists of addresses, by name, side and mask; how often and how lately they were seen.
ip netns add left
ip link add l0 type veth peer name l1 netns left
for dev in lo l0; do ip link set $dev up; done
ip -n left link set l1 up
ip addr add 10.1.0.1/24 dev l0
for n in 2 3; do ip -n left addr add 10.1.0.$n/24 dev l1; done
i() { iptables -A INPUT -p icmp "$@"; }
i -m recent --name a --rcheck
i -m recent --name a ! --rcheck
i -m recent --name a --rcheck --hitcount 2
i -m recent --name a --update --seconds 600 --hitcount 4
i -m recent --name a --rcheck --rttl
i -m recent --name a --set
i -m recent --name net --rcheck --mask 255.255.255.0
i -m recent --name net --set --mask 255.255.255.0
i -m recent --name to --rcheck --rdest
i -m recent --name to --set --rdest
p() { ip netns exec left ping -q -c 1 -W 1 "$@" 10.1.0.1 >log; echo "# ping $*"; iptables -nvxL INPUT | sed -nE '/^ +[0-9]/s/^ *([0-9]+).*/\1/p' | tr '\n' ' '; echo; }
p -I 10.1.0.2
p -I 10.1.0.2
p -I 10.1.0.3 -t 9
p -I 10.1.0.3 -t 10
p -I 10.1.0.2
iptables -I INPUT -p icmp -s 10.1.0.2 -m recent --name a --remove
p -I 10.1.0.2
p -I 10.1.0.2
iptables -D INPUT 1
# A list goes with the last rule that asks it.
iptables -F INPUT
i -m recent --name a --rcheck
i -m recent --name net --set
p -I 10.1.0.3
