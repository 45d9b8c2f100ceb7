#!/bin/bash
# Matches and targets of IPv6 by their words.
# ipv6
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; ip6tables -t $tb -F; ip6tables -t $tb -A $ch "$@" || echo "= $?"; ip6tables -t $tb -S $ch | grep -- ^-A; ip6tables -t $tb -nL $ch | sed 1,2d;  ip6tables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
m() { c mangle PREROUTING "$@"; }
f -m hl --hl-eq 5
f -m hl ! --hl-eq 5
f -m hl --hl-lt 5
f -p icmpv6 --icmpv6-type echo-request
f -p ipv6-icmp ! --icmpv6-type 1/4
f -p icmp
f -j REJECT
f -j REJECT --reject-with icmp6-adm-prohibited
f -j REJECT --reject-with no-route
f -j REJECT --reject-with policy-fail
f -j REJECT --reject-with reject-route
f -j REJECT --reject-with addr-unreach
f -p tcp -j REJECT --reject-with tcp-reset
m -j HL --hl-set 5
m -j HL --hl-dec 1
c nat POSTROUTING -j SNAT --to-source fe80::1-fe80::5
c nat POSTROUTING -p tcp -j SNAT --to-source [2001::1]:80
c nat PREROUTING -p tcp -j DNAT --to-destination [2001::1]:80-90
c nat PREROUTING -p tcp -j DNAT --to-destination [2001::1-2001::5]:80-90
c nat POSTROUTING -j MASQUERADE
c nat PREROUTING -p tcp -j REDIRECT --to-ports 80
c nat PREROUTING -d 2001::/64 -j NETMAP --to 2002::/64
m -p tcp -j TPROXY --on-port 80 --on-ip 2001::1 --tproxy-mark 5
m -j TEE --gateway fe80::1
f -m iprange --src-range 2001::1-2001::5
f -m connlimit --connlimit-above 3 --connlimit-mask 64
f -m conntrack --ctorigsrc 2001::/64
f -m recent --set --mask ffff:: 
f -s 2001::1 -d 2001::/64 -i e -j ACCEPT
f -s ::/0 -p all
f -j LOG --log-prefix x
f -j NOTRACK
