# Sets of networks: the longest that an address is in decides, and can say no.
plain() { sed 's/ initval [^ ]*//; /^Size in memory/d; s/timeout [0-9]*/timeout T/'; }
members() { ipset list "$1" | sed '1,/^Members/d' | sort; }
ipset create n hash:net
ipset add n 10.1.0.0/16
ipset add n 10.1.2.0/24 nomatch
ipset add n 10.1.2.3
ipset add n 10.2.0.1/24
ipset add n 10.3.0.1-10.3.0.6
ipset add n 0.0.0.0/0
members n
for address in 10.1.9.9 10.1.2.9 10.1.2.3 10.2.0.200 10.3.0.5 10.3.0.7 10.1.0.0/16 10.1.0.0/17; do
    ipset test n $address
done
ipset del n 10.2.0.0/24
ipset del n 10.2.0.0/24
ipset create c hash:net comment counters timeout 300
ipset add c 10.1.0.0/16 comment "hi there" timeout 60 packets 3 bytes 180
ipset list c | plain
ipset save c | plain
ipset add n 10.9.0.0/16 timeout 5
ipset add n 10.9.0.0/16 comment x
ipset add n 10.9.0.0/16 packets 1
ipset create i hash:net,iface
ipset add i 10.0.0.0/8,eth0
ipset test i 10.0.0.0/8,eth0
ipset test i 10.0.0.0/8,eth1
members i
