# Values out of range, and what is said of them.
t() { echo "> $*"; "$@" 2>&1; s=$?; [ $s = 0 ] || echo "exit status $s"; }
a() { t iptables -A INPUT "$@"; }
nat() { t iptables -t nat "$@"; }
nat -A POSTROUTING -p tcp -j SNAT --to 1.2.3.4:foo
nat -A POSTROUTING -p tcp -j SNAT --to 1.2.3.4:70000
nat -A POSTROUTING -p tcp -j SNAT --to 1.2.3.4:7-70000
nat -A POSTROUTING -p tcp -j SNAT --to 1.2.3.4:9-8
nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports foo
nat -A PREROUTING -p tcp -j REDIRECT --to-ports 70000
t iptables -t raw -A PREROUTING -j CT --zone 70000
t iptables -t raw -A PREROUTING -j CT --zone foo
a -m mark --mark foo
a -m mark --mark 0x100000000
a -m mark --mark 5x
a -m mark --mark 5/foo
a -m connmark --mark foo
t iptables -t mangle -A INPUT -j MARK --set-mark foo
t iptables -t mangle -A INPUT -j MARK --set-xmark 5/x
a -m tos --tos foo
a -m tos --tos 0x10/0x100
t iptables -t mangle -A INPUT -j TOS --set-tos 0x100
a -m length --length foo
a -m length --length 5:70000
a -m statistic --mode nth --every 0
a -m statistic --mode nth --every 5
a -m statistic --mode random --probability 2
a -p tcp --dport 80:70
a -p udp --sport 9:5
a -p udp -m multiport --sports 9:5
a -p udp -m multiport --sports 9:9
a -p sctp --sport 9:5
t iptables -t mangle -A FORWARD -p tcp -j TCPMSS --set-mss 65516
a -m string --algo bm --string "$(printf 'A%.0s' $(seq 129))"
a -m string --algo bm --string "$(printf 'A%.0s' $(seq 128))"
a -m comment --comment "$(printf 'x%.0s' $(seq 256))"
t iptables-legacy -A INPUT -p tcp --dport 9:5
iptables -S
