#!/bin/bash
# Matches by their words: as -S and -L list them, and mistakes.
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; iptables -t $tb -F; iptables -t $tb -A $ch "$@" || echo "= $?"; iptables -t $tb -S $ch | grep -- ^-A; iptables -t $tb -nL $ch | sed 1,2d;  iptables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
m() { c mangle PREROUTING "$@"; }
f -m multiport -p tcp --dports 1,2,3:4
f -m multiport -p tcp --ports 80
f -m multiport --ports 80
f -p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
f -p tcp -m multiport
f -m addrtype --dst-type LOCAL
f -m addrtype ! --src-type LOCAL,BROADCAST --limit-iface-in
f -m addrtype --src-type FOO
f -m addrtype
f -m iprange --src-range 1.1.1.1-1.1.1.3
f -m iprange ! --dst-range 1.1.1.1-1.1.1.3 --src-range 2.2.2.2
f -m length --length 3:4
f -m length ! --length 3
f -m length --length :3
f -m length --length 3:
f -m pkttype --pkt-type broadcast
f -m pkttype ! --pkt-type multicast
f -m pkttype --pkt-type foo
f -m ttl --ttl-eq 5
f -m ttl ! --ttl-eq 5
f -m ttl --ttl-lt 5
f -m ttl --ttl-gt 5
f -m ttl --ttl-gt 300
f -m ttl
f -m statistic --mode nth --every 3 --packet 1
f -m statistic --mode nth ! --every 3 --packet 0
f -m statistic --mode random --probability 0.5
f -m statistic --mode random ! --probability 0.33333
f -m statistic --mode foo
f -m statistic
f -m mac --mac-source 00:11:22:33:44:55
f -m mac ! --mac-source 00:11:22:33:44:aa
f -m mac --mac-source zz
f -m connlimit --connlimit-above 3
f -p tcp -m connlimit --connlimit-upto 3 --connlimit-mask 24 --connlimit-daddr
f -m recent --set --name x
f -m recent --update --seconds 60 --hitcount 4 --name ssh --rsource
f -m recent ! --rcheck --seconds 60 --reap --rttl --rdest --mask 255.255.255.0
f -m recent --remove
f -m recent
c filter OUTPUT -m owner --uid-owner 0
c filter OUTPUT -m owner --socket-exists
c filter OUTPUT -m owner --uid-owner nobody
f -m dscp --dscp 3
f -m dscp ! --dscp-class EF
f -m dscp --dscp 0x40
f -m tos --tos 0x10
f -m tos ! --tos Minimize-Delay
f -m tos --tos 0x10/0x3f
f -m connmark --mark 3
f -m connmark ! --mark 3/0xff
f -m mark --mark 1
f -m mark ! --mark 0x1/0x2
f -p tcp -m tcpmss --mss 100:200
f -p tcp -m tcpmss ! --mss 100
f -m tcpmss --mss 100
c filter FORWARD -m physdev --physdev-in x
c filter FORWARD -m physdev ! --physdev-in x+ --physdev-out y --physdev-is-bridged
f -m physdev --physdev-is-in
f -m physdev
m -m rpfilter
m -m rpfilter --loose --validmark --accept-local --invert
m -m socket
m -m socket --transparent --nowildcard --restore-skmark
f -m helper --helper ftp
f -m helper ! --helper "irc"
f -m realm --realm 3
f -m realm ! --realm 3/0xff
f -m devgroup --src-group 3
c filter FORWARD -m devgroup ! --src-group 3/0xff --dst-group 0x4
f -m cpu --cpu 0
f -m cpu ! --cpu 1
f -m quota --quota 1000
f -m quota ! --quota 1000
f -p esp -m esp --espspi 1:5
f -p esp -m esp ! --espspi 7
f -p ah -m ah --ahspi 1:5
f -p ah -m ah ! --ahspi 7
f -m ecn --ecn-ip-ect 1
f -p tcp -m ecn ! --ecn-tcp-cwr --ecn-tcp-ece
f -m connbytes --connbytes 10:20 --connbytes-dir both --connbytes-mode packets
f -m connbytes ! --connbytes 10 --connbytes-dir reply --connbytes-mode avgpkt
f -m conntrack --ctstate NEW,SNAT,DNAT,UNTRACKED
f -m conntrack ! --ctstate NEW --ctproto tcp --ctorigsrc 1.1.1.1 ! --ctorigdst 2.0.0.0/8
f -m conntrack --ctreplsrc 1.1.1.1 --ctrepldst 2.2.2.2 --ctorigsrcport 1:2 --ctorigdstport 80 ! --ctreplsrcport 5 --ctrepldstport 6
f -m conntrack --ctstatus ASSURED,SEEN_REPLY --ctexpire 10:20 --ctdir REPLY
f -m conntrack ! --ctstatus NONE --ctexpire 5
f -m limit
f -m limit --limit 5/min --limit-burst 3
f -m limit --limit 10/sec
f -m limit --limit 1/hour
f -m limit --limit 3/day
f -m limit --limit 7
f -m limit --limit x
f -m limit --limit 100000/s
f -m comment --comment "it's $5"
f -m mark --mark 1 -m connmark --mark 2 -m limit -j ACCEPT
