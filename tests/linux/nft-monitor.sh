#!/bin/bash
# What nft tells of changes of the rules: all, in words and with handles, some events, some things.
changes() {
    nft add table ip t
    nft add table ip t2 '{ flags dormant; }'
    nft add chain ip t c
    nft add chain ip t b '{ type filter hook input priority 0; policy drop; }'
    nft add rule ip t c tcp dport 22 counter accept comment '"x"'
    nft add rule ip t c udp dport 22-80 accept
    nft insert rule ip t c counter
    nft replace rule ip t c handle 3 counter drop
    nft delete rule ip t c handle 3
    nft add set ip t s '{ type ipv4_addr; flags interval; elements = { 1.1.1.0/24 } }'
    nft add element ip t s '{ 10.0.0.1, 10.0.0.2, 10.0.1.0-10.0.1.5 }'
    nft delete element ip t s '{ 10.0.0.1 }'
    nft add map ip t m '{ type ipv4_addr : verdict; }'
    nft add element ip t m '{ 10.0.0.1 : jump c }'
    nft create counter ip t cn
    nft add quota ip t q 10 mbytes
    nft add limit ip t l rate 10/second
    nft add ct helper ip t h '{ type "ftp" protocol tcp; }'
    nft add rule ip t c counter name cn
    nft add map ip t o '{ type ipv4_addr : counter; }'
    nft add element ip t o '{ 1.1.1.1 : "cn" }'
    nft delete quota ip t q
    nft rename chain ip t b b9
    nft flush chain ip t c
    nft chain ip t b9 '{ policy accept; }'
    nft delete chain ip t b9
    nft delete set ip t s
    nft create chain ip t z
    nft add rule ip t z accept
    nft delete table ip t
    nft flush ruleset
    nft -f - << 'END'
table inet f {
    set z { type inet_service; elements = { 22, 23 } }
    chain i { type filter hook input priority 0; tcp dport @z accept; jump k
    }
    chain k { drop; }
}
END
}
nft monitor > all & a=$!
nft -a monitor > handles & b=$!
nft monitor new rules > new & c=$!
nft monitor destroy > gone & d=$!
nft monitor sets > sets & e=$!
nft monitor elements > elements & f=$!
sleep 0.5
changes
sleep 0.5
kill $a $b $c $d $e $f
for file in all handles new gone sets elements; do
    echo "# $file"
    sed 's/by process [0-9]* (\(.*\))/by process N (\1)/' $file
done
# What is no event, and no thing.
nft monitor foo
nft monitor new foo
nft monitor new rules foo
