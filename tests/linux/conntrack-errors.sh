# What makes no sense to conntrack.
ip netns add n
c() { ip netns exec n conntrack "$@" 2>&1; echo "exit $?"; }
c -L -D
c -L -t 5
c -L -e NEW
c -L --bogus
c -Z
c -L foo
c -L -p foo
c -L -p 300
c -L --sport 10
c -L --sport 10 -p tcp
c -L -p udp --state CLOSE
c -L -p tcp --state closed
c -L -s nowhere
c -L -s 10.0.0.1/33
c -L -s 10.0.0.1 -d fd00::1
c -L -f ipv9
c -L -n nobody
c -L -o foo
c -L -o id,
c -L -o
c -L --src
c -L -u FOO
c -L -u UNSET
c -L -u SRC_NAT
c -L -z -p icmp
c -L --mask-src 255.0.0.0
c -L expect -p tcp
c -E -e FOO
c -E -t 5
c -E expect -z
c -I
c -I -p tcp
c -I -p udp -t 5
c -I -p udp -t 5 -s 10.0.0.1
c -I -p udp -t 5 -s 10.0.0.1 -d 10.0.0.2 --sport 5
c -I -p tcp -t 5 -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 6
c -I -p icmp -t 5 -s 10.0.0.1 -d 10.0.0.2
c -I -p icmp -t 5 -s 10.0.0.1 -d 10.0.0.2 --icmp-type 8
c -I -p icmp -t 5 -s 10.0.0.1 -d 10.0.0.2 --icmp-type 3 --icmp-code 0
c -I -p gre -t 5 -s 10.0.0.1 -d 10.0.0.2
c -I -p sctp -t 5 -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2
c -I -p sctp -t 5 -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 --state CLOSED --orig-vtag 3
c -I -p udp -t 5 -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 6 -r 10.0.0.3
c -I -p udp -t 5 -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 6 -z
c -I -p udp -t 5 -s 10.0.0.1 -d 10.0.0.2 --sport 5 --dport 6 -o id
c -G
c -G -p udp -s 10.0.0.1
c -U expect
c -F -s 10.0.0.1
c -C -p tcp
c -S -p tcp
c -p tcp
c -R /nonexistent
c -V
