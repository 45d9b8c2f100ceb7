# Sets of addresses: what is put in, asked for, taken out; ranges and networks stand for each address.
plain() { sed 's/ initval [^ ]*//; /^Size in memory/d'; }
members() { ipset list "$1" | sed '1,/^Members/d' | sort; }
ipset create a hash:ip
ipset add a 10.0.0.1
ipset add a 10.0.0.1
echo "exit status $?"
ipset add a 10.0.0.1 -exist
ipset add a 10.0.1.0/30
ipset add a 10.0.2.1-10.0.2.3
members a
ipset list -t a | plain
ipset test a 10.0.1.2
ipset test a 10.0.1.7
echo "exit status $?"
ipset del a 10.0.1.7
echo "exit status $?"
ipset -exist del a 10.0.1.7
ipset del a 10.0.1.0/31
ipset add a 2001:db8::1
ipset add a 10.0.0.1,80
ipset add a 10.0.0.1/33
ipset add a 0.0.0.0
members a
# Every address of a network of this length is one element.
ipset create n hash:ip netmask 24
ipset add n 10.0.5.77
ipset test n 10.0.5.1
ipset list n | plain
ipset create six hash:ip family inet6 hashsize 128 maxelem 100
ipset add six 2001:db8::1
ipset add six 10.0.0.1
ipset list six | plain
ipset create small hash:ip maxelem 2
ipset add small 10.0.0.1; ipset add small 10.0.0.2; ipset add small 10.0.0.3
members small
