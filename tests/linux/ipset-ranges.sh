# Ranges go up to the first element that is there or cannot be; who asks, asks for one element.
t() { echo "> $*"; ipset "$@" 2>&1; s=$?; [ $s = 0 ] || echo "exit status $s"; }
members() { ipset list "$1" | sed '1,/^Members/d' | sort; }
t create bi bitmap:ip range 10.0.0.0/24
for e in 10.0.0.5-10.0.0.7 10.0.0.16/30 10.0.1.0 10.0.0.250-10.0.1.3 10.0.0.6-10.0.0.9 10.0.0.8/33; do t add bi $e; t test bi $e; done
t -exist add bi 10.0.0.6-10.0.0.9
t del bi 10.0.0.5-10.0.0.6
t del bi 10.0.0.5-10.0.0.9
members bi
t create bm bitmap:ip,mac range 10.0.0.0/24
for e in 10.0.0.1 10.0.0.3,foo 10.0.0.3-10.0.0.4 10.0.0.3/31; do t add bm $e; t test bm $e; done
t create bp bitmap:port range 1-1000
for e in 22 20-23 2000 [ftp-data] [ftp-data]-[ssh] 70000 -1; do t add bp $e; t test bp $e; done
members bp
t create hi hash:ip
for e in 10.0.0.4/30 10.0.0.3-10.0.0.9 0.0.0.0 10.0.0.0/8 10.0.0.0/0 localhost 10.0.0.8-10.0.0.6; do t add hi $e; t test hi $e; done
t del hi 10.0.0.4-10.0.0.9
members hi
t create h30 hash:ip netmask 30
t add h30 192.168.1.0/28
t test h30 192.168.1.6
members h30
t create h6 hash:ip family inet6
for e in fd00::/126 fd00::1-fd00::2 fd00::1 [fd00::2] localhost; do t add h6 $e; done
members h6
t create full hash:ip maxelem 3
t add full 10.0.0.0/24
members full
# Networks that say no.
t create hn hash:net
t add hn 10.0.0.0/24
t add hn 10.0.0.64/26 nomatch
for e in 10.0.0.65 10.0.0.64/26 10.0.0.1; do t test hn $e; t test hn $e nomatch; done
t del hn 10.0.0.64/26 nomatch
t test hn 0.0.0.0/0
t add hn 0.0.0.0/0
t test hn 10.1.0.0-10.1.0.7
t create hn6 hash:net family inet6
t add hn6 fd00::1-fd00::5
# Ports and what stands behind them.
t create hip hash:ip,port
for e in 10.0.0.1,80 10.0.0.1,icmp:8 10.0.0.1,icmp:8/0 10.0.0.1,80-82 10.0.0.4/30,sctp:5 10.0.0.1,udplite:1-3; do t add hip $e; t test hip $e; done
t add hip 10.0.0.1,0:0
t add hip 10.0.0.1,icmpv6:128/0
members hip
t create hip24 hash:ip,port netmask 24
t add hip24 10.0.0.7,80
t test hip24 10.0.0.9,80
members hip24
t create hip6 hash:ip,port family inet6
for e in fd00::1,icmpv6:echo-request [fd00::1],5; do t add hip6 $e; t test hip6 $e; done
t add hip6 fd00::1,icmp:8/0
members hip6
t create hipi hash:ip,port,ip
t add hipi 10.0.0.1,udp:53,10.0.0.0/30
t test hipi 10.0.0.0/30,5,10.0.0.1
t create hipn hash:ip,port,net
t add hipn 10.0.0.1,udp:53,0.0.0.0/0
t add hipn 10.0.0.1,5,10.0.0.0-10.0.0.9
t test hipn 10.0.0.1,5,10.0.0.0-10.0.0.9
t create hni hash:net,iface
t add hni 10.0.0.0/24,physdev:eth1
t test hni 10.0.0.0/24,physdev:eth1
t add hni 10.0.0.0/24,averyveryverylongname
t del hni 10.0.0.0/24,physdev:eth1 wildcard
# What an element has is said where it is put in, and there alone.
t create c hash:ip counters timeout 0
t add c 10.0.0.1 packets x
t add c 10.0.0.1 bytes -1
t add c 10.0.0.1 bytes 99999999999999999999
t add c 10.0.0.1 bytes 0x10
for w in "timeout 5" "packets 5" "skbmark 0x1" "comment x"; do t del c 10.0.0.1 $w; t test c 10.0.0.1 $w; done
t create l list:set
t test l nosuch
t test l c before nosuch
