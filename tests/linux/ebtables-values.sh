# Values that ebtables refuses, and words that it knows beside the usual ones.
t() { echo "> ebtables $*"; ebtables "$@" 2>&1; s=$?; [ $s = 0 ] || echo "exit status $s"; }
t -t nat -A PREROUTING -j dnat
t -t nat -A POSTROUTING -j snat
t -A FORWARD -j mark
t -A FORWARD -j mark --mark-set foo
t -A FORWARD -j mark --set-mark 5
t -A FORWARD -j mark --or-mark 5
t -A FORWARD -j mark --and-mark 5
t -A FORWARD -j mark --xor-mark 5
t -A FORWARD --log-prefix 0123456789012345678901234567890 -j CONTINUE
t -A FORWARD --log-level 9 -j CONTINUE
t -A FORWARD --pkttype-type foo -j DROP
t -A FORWARD -p IPv4 --ip-tos 300 -j CONTINUE
t -A FORWARD -p IPv4 --ip-proto tcp --ip-dport 20:10 -j CONTINUE
t -A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type foo -j CONTINUE
t -A FORWARD -p ARP --arp-mac-src 1:2:3:4:5:6 --arp-mac-dst Broadcast -j DROP
t -P FORWARD CONTINUE
t -D FORWARD 0
t -D FORWARD foo
t -L
