#!/bin/bash
# string and u32: bytes and numbers somewhere in a packet, whole between two places.
ip link set lo up
i() { iptables -A INPUT -p udp "$@"; }
# The text begins at byte 28.
for algo in bm kmp; do
    i -m string --algo $algo --string hello --from 28
    i -m string --algo $algo --string hello --from 29
    i -m string --algo $algo --string hello --to 33
    i -m string --algo $algo --string hello --to 32
    i -m string --algo $algo --string lo --from 30 --to 32
    i -m string --algo $algo --string HELLO
    i -m string --algo $algo --string HELLO --icase
    i -m string --algo $algo ! --string hello
    i -m string --algo $algo --hex-string '|6c 6c|o|0a|'
    i -m string --algo $algo --string hello --from 300
done
i -m string --algo bm --string hello --from 40 --to 30
u() { iptables -A INPUT -m u32 "$@"; }
# The protocol; the destination port behind the header; the text behind that; a byte; beyond the end.
u --u32 "6&0xFF=17"
u --u32 "6&0xFF=1,6"
u ! --u32 "6&0xFF=17"
i -m u32 --u32 "0>>22&0x3C@0&0xFFFF=53,1000:2000"
u --u32 "0>>22&0x3C@8=0x68656c6c"
u --u32 "0>>22&0x3C@8=0x68656c6c && 0>>22&0x3C@9=0x656c6c6f"
u --u32 "12=0x7f000001&&16=0x7f000001"
u --u32 "0<<8>>24=0"
u --u32 "60=0:0xFFFFFFFF"
u --u32 "0>>22&0x3C@4000=0:0xFFFFFFFF"
echo hello | nc -u -w 1 127.0.0.1 1053
echo other | nc -u -w 1 127.0.0.1 53
iptables -nvxL INPUT | sed 1,2d | grep -v ICMP
