#!/bin/bash
# The order in which elements with keys of several parts are listed.
nft -f - << 'END'
table ip t {
    set ports { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 80, 10.0.0.2 . 79, 10.0.0.1 . 256, 11.0.0.0 . 1, 10.0.0.2 . 1 } }
    set marks { type ipv4_addr . mark; elements = { 10.0.0.1 . 1, 10.0.0.2 . 0x100, 10.0.0.1 . 0x101, 10.0.0.3 . 0x10000, 10.0.0.2 . 7 } }
    set links { type ifname . ipv4_addr; elements = { "lo" . 1.1.1.1, "eth0" . 2.2.2.2, "eth1" . 2.2.2.1, "a" . 9.1.1.1 } }
    set kinds { type ipv4_addr . icmp_type; elements = { 10.0.0.1 . echo-request, 10.0.0.2 . echo-reply, 10.0.0.0 . echo-request } }
    map hosts { type ipv4_addr . inet_service : ipv4_addr; elements = { 10.0.0.1 . 80 : 1.1.1.1, 10.0.0.2 . 79 : 1.1.1.2, 10.0.0.1 . 256 : 1.1.1.3 } }
    chain c {
        ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 79, 10.0.0.1 . 256 } accept
        ip saddr . tcp dport vmap { 10.0.0.1 . 80 : accept, 10.0.0.2 . 79 : drop, 10.0.0.1 . 256 : return }
    }
}
END
nft list ruleset
