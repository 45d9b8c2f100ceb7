#!/bin/bash
# Concatenated elements stand in the order of the number that they are, whose last byte counts most.
nft add table ip t
nft add set ip t a '{ type ipv4_addr . inet_service; }'
nft add set ip t b '{ type ifname . ipv4_addr; }'
nft add set ip t c '{ type ipv4_addr . mark; }'
nft add set ip t d '{ type ipv4_addr . ifname; }'
nft add set ip t e '{ type ether_addr . ipv4_addr; }'
nft add set ip t f '{ type inet_proto . inet_service . mark; }'
nft add set ip t g '{ type ipv4_addr . inet_proto; }'
nft add set ip t h '{ type mark . mark; }'
nft add set ip t i '{ type ipv4_addr . inet_service; flags interval; }'
nft add set ip t j '{ type ifname . ifname; }'
nft add set ip t k '{ type ct_state . mark; }'
nft add set ip t m '{ type ipv4_addr . ipv4_addr; flags interval; }'
nft add element ip t a '{ 10.0.0.1 . 80, 10.0.0.1 . 443, 10.0.0.2 . 80, 9.0.0.200 . 80, 10.0.1.1 . 257, 10.0.1.1 . 256 , 1.2.3.4 . 8080 }'
nft add element ip t b '{ eth0 . 10.0.0.1, lo . 10.0.0.1, eth1 . 10.0.0.1, eth10 . 10.0.0.1, a . 10.0.0.2, zz . 9.1.2.3 }'
nft add element ip t c '{ 10.0.0.1 . 0x100, 10.0.0.1 . 1, 10.0.0.2 . 0x01000000, 9.9.9.9 . 0x10000 }'
nft add element ip t d '{ 10.0.0.1 . lo, 10.0.0.2 . lo, 10.0.0.1 . eth0, 10.0.0.1 . eth10, 10.0.0.1 . eth1 }'
nft add element ip t e '{ 1:2:3:4:5:6 . 10.0.0.1, 1:2:3:4:5:7 . 10.0.0.1, 2:2:3:4:5:6 . 10.0.0.1, 1:2:3:4:5:6 . 9.0.0.2 }'
nft add element ip t f '{ tcp . 80 . 1, udp . 80 . 1, tcp . 80 . 256, tcp . 443 . 0x01000000, 1 . 0 . 0 }'
nft add element ip t g '{ 10.0.0.1 . tcp, 10.0.0.1 . udp, 10.0.0.2 . tcp, 10.0.0.0 . icmp }'
nft add element ip t h '{ 1 . 2, 2 . 1, 256 . 1, 1 . 256, 0x01000000 . 1, 1 . 0x01000000 }'
nft add element ip t i '{ 10.0.0.1 . 80, 10.0.0.0/24 . 443, 10.0.0.1-10.0.0.2 . 90-100, 1.1.1.1 . 1-2 }'
nft add element ip t j '{ lo . eth0, eth0 . lo, eth1 . lo, eth0 . eth1, eth10 . a }'
nft add element ip t k '{ new . 1, established . 1, new . 256 }'
nft add element ip t m '{ 10.0.0.0/24 . 10.0.1.0/24, 9.0.0.0/8 . 1.1.1.1, 10.0.0.0/8 . 1.1.1.1-1.1.1.5 }'
nft list ruleset
nft -j list set ip t a
nft add chain ip t ch
nft add rule ip t ch ip daddr . tcp dport '{ 10.0.0.1 . 80, 10.0.0.1 . 443, 10.0.0.2 . 80, 9.0.0.200 . 80, 10.0.1.1 . 257, 10.0.1.1 . 256 , 1.2.3.4 . 8080 }'
nft add rule ip t ch ip daddr . tcp dport vmap '{ 10.0.0.1 . 80 : accept, 10.0.0.1 . 443 : accept, 9.0.0.2 . 80 : drop }'
nft add rule ip t ch ip daddr . tcp dport vmap '{ 10.0.0.1 . 80-90 : accept, 10.0.0.1 . 443 : accept, 9.0.0.2 . 80 : drop }'
nft add rule ip t ch iifname . meta mark '{ lo . 1, eth0 . 256, eth1 . 2 }'
nft add rule ip t ch meta mark . iifname '{ 1 . lo, 256 . eth0, 2 . eth1 }'
nft add rule ip t ch meta l4proto . th dport '{ tcp . 80, udp . 53, tcp . 53 }'
nft add rule ip t ch ct state . meta mark '{ new . 1, established . 256 }'
nft list chain ip t ch
