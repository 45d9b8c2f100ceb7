# Matches of iptables in words of nft; what has none is told as a comment.
t() { iptables-translate "$@" 2>&1; }
t -A FORWARD -m rpfilter
t -A FORWARD -m rpfilter --invert --validmark
t -A FORWARD -m rpfilter --loose
t -A FORWARD -m connbytes --connbytes 5 --connbytes-dir both --connbytes-mode packets
t -A FORWARD -m connbytes --connbytes 5:9 --connbytes-dir original --connbytes-mode bytes
t -A FORWARD -m connbytes ! --connbytes 5 --connbytes-dir reply --connbytes-mode avgpkt
t -A FORWARD -m devgroup --src-group 3 ! --dst-group 4
t -A FORWARD -m realm --realm 5
t -A FORWARD -m realm ! --realm 5/7
t -A FORWARD -m socket
t -A FORWARD -m socket --transparent
t -A FORWARD -m statistic --mode random --probability 0.5
t -A FORWARD -p icmp --icmp-type 3/1
t -A FORWARD -p icmp --icmp-type 3
t -A FORWARD -p icmp --icmp-type any
t -A FORWARD -p icmp ! --icmp-type 8/0
t -A FORWARD -p icmp
t -A FORWARD -p tcp ! --dport 80
t -A FORWARD -p tcp --sport :80 --dport 1000:
t -A FORWARD ! -p tcp
t -A FORWARD -p tcp -m multiport --ports 80,81
t -A FORWARD -p tcp -m multiport --dports 80
t -A FORWARD -p tcp -m multiport ! --sports 80,81
t -A FORWARD -m addrtype --src-type LOCAL,BROADCAST
t -A FORWARD -m addrtype ! --dst-type LOCAL --limit-iface-in
t -A FORWARD -m mark ! --mark 5
t -A FORWARD -m mark --mark 0
t -A FORWARD -m conntrack ! --ctstate NEW
t -A FORWARD -m conntrack --ctorigsrc 10.0.0.0/8 --ctreplsrcport 5:9
t -A FORWARD -m state ! --state NEW,RELATED
t -A FORWARD -m length ! --length 5
t -A FORWARD -m iprange ! --dst-range 10.0.0.1-10.0.0.2
t -A FORWARD -m mac ! --mac-source 02:00:00:00:00:01
t -A FORWARD -m dscp ! --dscp 5
t -A FORWARD -m ttl --ttl-lt 5
t -A FORWARD -m ttl --ttl-gt 5
t -A FORWARD -m ttl ! --ttl-eq 5
t -A FORWARD -m pkttype ! --pkt-type multicast
t -A FORWARD -m ecn ! --ecn-ip-ect 0
t -A FORWARD -m ecn --ecn-tcp-cwr -p tcp
t -A FORWARD -m limit
t -A FORWARD -m limit --limit 3/hour
t -A FORWARD -m cpu ! --cpu 3
t -A FORWARD -i eth+
t -A FORWARD -i +
t -A FORWARD ! -o eth0
t -A FORWARD -s 10.0.0.0/255.0.255.0
t -A FORWARD ! -s 10.0.0.1
t -A FORWARD -p udplite
t -A FORWARD -p all
t -A FORWARD -p tcp --tcp-flags ALL NONE
t -A FORWARD -p tcp ! --syn
t -A FORWARD -p tcp ! --tcp-flags SYN,ACK SYN
t -A FORWARD -m owner --gid-owner 5-9
t -A FORWARD -m owner ! --uid-owner 5 --socket-exists
t -A FORWARD -m quota ! --quota 5
t -A FORWARD -m tcpmss ! --mss 5 -p tcp
t -A FORWARD -m tos --tos 0x10/0x3f
t -A FORWARD -m connmark ! --mark 5/7
t -A FORWARD -m recent --set
t -A FORWARD ! -f
t -A FORWARD -m helper ! --helper ftp
t -A FORWARD -m comment --comment x -m mark --mark 1
t -A FORWARD -m multiport -p udp --dports 1:5
t -A FORWARD -m conntrack --ctstate DNAT
t -A FORWARD -m conntrack --ctstatus NONE
t -A FORWARD -m conntrack --ctproto 17
t -A FORWARD -m connmark --mark 0x10
t -A FORWARD -m conntrack --ctstate INVALID --ctproto tcp --ctorigdst 10.0.0.1 ! --ctorigdstport 80 --ctdir ORIGINAL
t -A FORWARD -p ah -m ah --ahspi 5
t -A FORWARD -p esp -m esp --espspi 5:9
