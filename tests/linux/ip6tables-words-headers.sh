#!/bin/bash
# Matches of ip6tables by their words: extension headers, and what differs with addresses of IPv6.
c() { echo "\$ $*"; ip6tables -F; ip6tables -A INPUT "$@" || echo "= $?"; ip6tables -S INPUT | grep -- ^-A; ip6tables -nL INPUT | sed 1,2d;  ip6tables -L INPUT | sed 1,2d;}
c -m ah --ahspi 1:5
c -m ah ! --ahspi 7 --ahlen 20 --ahres
c -m ah ! --ahlen 20
c -m ah
c -m dst --dst-len 8
c -m dst ! --dst-len 8 --dst-opts 1,201:4
c -m dst
c -m dst --dst-opts 1:2:3
c -m dst --dst-opts 300
c -m hbh --hbh-len 8
c -m hbh ! --hbh-len 16 --hbh-opts 5:2,1
c -m hbh
c -m frag --fragid 1:5
c -m frag ! --fragid 7 --fraglen 8 --fragres --fragfirst
c -m frag --fragmore
c -m frag --fraglast
c -m frag --fragfirst --fragmore --fraglast
c -m frag
c -m rt --rt-type 0
c -m rt ! --rt-type 2 --rt-segsleft 1:3 --rt-len 24
c -m rt --rt-type 0 --rt-0-res --rt-0-addrs ::1,::2
c -m rt --rt-type 0 --rt-0-addrs ::1 --rt-0-not-strict
c -m rt --rt-0-res
c -m rt ! --rt-segsleft 3
c -m rt
c -p mh -m mh --mh-type binding-update
c -p mh -m mh ! --mh-type 1:3
c -p mh -m mh --mh-type bu:be
c -p mh
c -m mh --mh-type 1
c -p mobility-header -m mh --mh-type cot
c -m ipv6header --header hop,dst --soft
c -m ipv6header --header frag
c -m ipv6header ! --header esp,ah,none,proto,route --soft
c -m ipv6header --header prot,hop-by-hop,ipv6-opts,ipv6-route,ipv6-frag,auth
c -m ipv6header --header foo
c -m ipv6header
c -m eui64
c -m hl --hl-eq 64
c -m addrtype --dst-type LOCAL
c -m policy --dir in --pol ipsec --strict --tunnel-src fe80::1/64 --mode tunnel
c -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec --hashlimit-mode srcip --hashlimit-srcmask 64
c -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec --hashlimit-mode srcip
c -m recent --name x --set
c -m recent --name x --rcheck --mask ffff:ffff::
c -m connlimit --connlimit-above 3
c -m connlimit --connlimit-above 3 --connlimit-mask 64
c -m esp --espspi 4
c -p esp -m esp --espspi 4
c -m mac --mac-source 00:11:22:33:44:55
c -m u32 --u32 "6&0xFF=58"
c -m string --algo bm --string x
c -m rpfilter --loose
