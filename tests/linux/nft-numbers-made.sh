#!/bin/bash
# numgen and jhash: numbers one after the other, and from a hash with a seed.
ip link set lo up
for n in 1 2 3 4 5 6; do ip addr add 10.0.0.$n/32 dev lo; done
nft -f - <<END
table ip t {
    chain out {
        type filter hook output priority 0
        icmp type != echo-request return
        numgen inc mod 3 0 counter
        numgen inc mod 3 1 counter
        numgen inc mod 2 offset 5 5 counter
        numgen random mod 1 0 counter
        numgen random mod 7 <= 6 counter
        jhash ip saddr mod 2 seed 0xdeadbeef 0 counter
        jhash ip saddr mod 2 seed 0xdeadbeef 1 counter
        jhash ip saddr mod 8 seed 7 3 counter
        jhash ip saddr . ip daddr mod 4 seed 1 2 counter
        jhash ip saddr . meta mark mod 4 seed 1 2 counter
        symhash mod 1 0 counter
        meta mark set numgen inc mod 2 offset 100
        meta mark 100 counter
        meta mark 101 counter
        meta mark set jhash ip saddr mod 5 seed 0x1234
        meta mark 0 counter
        meta mark 4 counter
    }
}
END
for n in 1 2 3 4 5 6; do ping -q -c 1 -I 10.0.0.$n 10.0.0.1 >log; done
nft list table ip t | grep counter
