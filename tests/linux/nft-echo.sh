#!/bin/bash
# What nft says that it did, of what it was told to do.
echo_of() { nft "$@" | sed 's/by process [0-9]* /by process N /'; }
echo_of -e add table ip t
echo_of -e add chain ip t c
echo_of -e add chain ip t b '{ type nat hook postrouting priority srcnat; }'
echo_of -e add set ip t s '{ type ipv4_addr; flags timeout; timeout 1h; size 10; comment "z"; }'
echo_of -e add map ip t m '{ type ipv4_addr . inet_service : verdict; counter; }'
echo_of -e add element ip t m '{ 1.2.3.4 . 80 : jump c }'
echo_of -e create counter ip t cn
echo_of -e add rule ip t c counter name cn accept
echo_of -a -e insert rule ip t c tcp dport 22 drop
echo_of -e -a -f - << 'END'
table ip u {
    ct timeout to { protocol tcp; l3proto ip; policy = { established : 100, close : 4 }; }
    ct expectation ex { protocol tcp; dport 9876; timeout 1m; size 12; l3proto ip; }
    quota q { over 10 mbytes used 3 bytes; comment "hello"
    }
    set d { type ipv4_addr . inet_service; counter; elements = { 1.1.1.1 . 80 counter packets 3 bytes 4 } }
    chain c { comment "q"; accept
        drop
    }
}
END
# What goes is not echoed.
echo_of -e delete rule ip u c handle 6
echo_of -e 'add table ip v; add chain ip v c; delete chain ip v c'
echo_of -e delete table ip u
echo_of -e add table ip v
# As JSON, without the generation.
nft -e -j add table ip zz
nft -j -e add chain ip zz c
nft -j -e 'add rule ip zz c tcp dport 80 accept; add rule ip zz c drop'
nft -j -e flush ruleset
