# Connections can be made, listed, picked, changed and forgotten by hand.
ip netns add n
c() { ip netns exec n conntrack "$@" 2>&1 | sed -E 's/^([a-z0-9]+ +[0-9]+) [0-9]+/\1 T/' | sort; }
# Nothing is there at first.
c -L
c -C
# One of each protocol.
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 1000
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 11 --dport 20 --state SYN_SENT -t 1000
c -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 -t 1000 -m 5
c -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 -u SEEN_REPLY -w 7
c -I -p udp -s fd00::1 -d fd00::2 --sport 11 --dport 20 -t 1000 -u ASSURED
c -I -p icmp -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 1000
c -I -p icmpv6 -s fd00::1 -d fd00::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77 -t 1000
c -I -p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 1 --dstkey 2 -t 1000
c -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 --state ESTABLISHED --orig-vtag 5 --reply-vtag 6 -t 1000
c -I -p udplite -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 1000
c -I -p 99 -s 10.0.0.1 -d 10.0.0.2 -t 1000
c -L
c -C
# One that is there is not made again, but may be added.
c -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 -t 1000
c -A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 -t 1000
c -A -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 12 --dport 20 -t 1000
# What is asked for is picked.
c -L -p tcp
c -L -p tcp --sport 11
c -L -p tcp --state ESTABLISHED
c -L -p 17
c -L -f ipv6
c -L -w 7
c -L -m 5
c -L -m 4/4
c -L -u ASSURED
c -L -u SEEN_REPLY,ASSURED
c -L -s 10.0.0.0/24 -p icmp
c -L -d 10.0.0.3
c -L -r 10.0.0.2 -p gre
c -L -q 10.0.0.1 -p sctp
c -L -s fd00::/64 -p udp
c -L -s 10.0.0.9 --mask-src 255.255.255.0 -p 99
c -L -p icmp --icmp-type 8 --icmp-id 77
c -L -p gre --srckey 1
c -L -p udp --reply-port-dst 12
c -L expect
c -L dying
c -L unconfirmed
# One of them.
c -G -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20
c -G -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 21
# Some are changed; the first of them is shown.
c -U -p udp -s 10.0.0.1 --sport 10 -m 9
c -U -p udp -s 10.0.0.1 --sport 10 -m 9
c -U -p udp -s 10.0.0.1 --sport 10 -m 0x100/0xff
c -U -p udp -s 10.0.0.1 --sport 10 -u ASSURED
c -U -p tcp -s 10.0.0.1 --sport 11 --state CLOSE
c -U -p tcp -s 10.0.0.1 --sport 11 -t 5000
ip netns exec n conntrack -L -p tcp --sport 11 2>/dev/null | grep -c ' [45][09][0-9][0-9] CLOSE'
c -U -p udp -m 3
# Some are forgotten.
c -D -p udp -s 10.0.0.1 --sport 10
c -D -p udp -s 10.0.0.1 --sport 10
c -D -w 7
c -D -s fd00::1
c -F
c -L
c -F expect
# How it ends is told.
e() { ip netns exec n conntrack "$@" >/dev/null 2>&1; echo $?; }
e -L
e -D -p tcp
e -U -p tcp -s 10.0.0.1 -m 1
e -G -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 21
e -L --bogus
