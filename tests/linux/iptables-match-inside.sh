#!/bin/bash
# ipv6
# bpf, osf, nfacct and srh by their words: what is said of them, listed and refused.
c() { echo "\$ $*"; iptables -F INPUT; iptables -A INPUT "$@" || echo "= $?"; iptables -S INPUT | grep -- ^-A; iptables -nL INPUT | sed 1,2d | tr '\0' @; }
d() { echo "\$ 6 $*"; ip6tables -F INPUT; ip6tables -A INPUT "$@" || echo "= $?"; ip6tables -S INPUT | grep -- ^-A; ip6tables -nL INPUT | sed 1,2d; }
c -m bpf --bytecode '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'
c -m mark --mark 1 -m bpf --bytecode '1,6 0 0 1' -m ttl --ttl-eq 1
c -m bpf --bytecode '4,48 0 0 9,21 0 1 6,6 0 0 1'
c -m bpf --bytecode '1,6 0 0 1,6 0 0 0'
c -m bpf --bytecode 'x'
c -m bpf --bytecode '1,6 0 0'
c -m bpf --bytecode '0,'
c -m bpf --bytecode '65,6 0 0 0'
c -m bpf --bytecode '-1,6 0 0 1'
c -m bpf --bytecode '2,6 0 0 1,6 0 0 4294967296'
c -m bpf --bytecode '1,6 256 0 1'
c -m bpf
c -m bpf --object-pinned /sys/fs/bpf/x
c -m bpf ! --bytecode '1,6 0 0 1'
c -m bpf --bytecode '1,6 0 0 1' --bytecode '1,6 0 0 1'
# What the kernel does not take: unknown codes, no end, jumps beyond it, memory that nobody wrote.
c -m bpf --bytecode '1,99 0 0 0'
c -m bpf --bytecode '1,0 0 0 1'
c -m bpf --bytecode '2,5 0 0 5,6 0 0 1'
c -m bpf --bytecode '2,96 0 0 3,6 0 0 1'
c -m bpf --bytecode '2,52 0 0 0,6 0 0 1'
c -m bpf --bytecode '2,36 0 0 0,6 0 0 1'
c -m bpf --bytecode '2,100 0 0 32,6 0 0 1'
c -m bpf --bytecode '2,32 0 0 4294963250,6 0 0 1'
c -m bpf --bytecode '3,2 0 0 3,96 0 0 3,6 0 0 1'
c -p tcp -m osf --genre Linux
c -p tcp -m osf --genre Linux --ttl 2 --log 1
c -p tcp -m osf ! --genre Windows
c -m osf --genre Linux
c -p tcp -m osf
c -p tcp -m osf --genre Linux --ttl 5
c -m nfacct --nfacct-name nobody
c -m nfacct
d -m srh
d -m srh --srh-next-hdr 17
d -m srh ! --srh-next-hdr 6 ! --srh-tag 70 ! --srh-hdr-len-gt 3
d -m srh --srh-next-hdr tcp
d -m srh --srh-hdr-len-eq 8 --srh-hdr-len-gt 4 --srh-hdr-len-lt 10
d -m srh ! --srh-segs-left-eq 2 --srh-segs-left-gt 1 --srh-segs-left-lt 3
d -m srh --srh-last-entry-eq 4 --srh-last-entry-gt 1 --srh-last-entry-lt 9 --srh-tag 0
d -m srh --srh-psid a::/64 --srh-nsid b:: ! --srh-lsid c::/20
d -m srh ! --srh-psid a::/ffff::
d -m srh --srh-nsid ::/0
d -m srh --srh-psid a::1/129
d -m srh --srh-tag 65536
d -m srh --srh-hdr-len-eq 300
d -m srh --srh-tag 1 --srh-tag 2
iptables-save | sed '/^#/d; s/\[.*\]//'
# Programs look at packets from the network header on: protocols, ports, lengths, marks, devices.
ip link set lo up
ip addr add fd00::1/128 dev lo nodad
iptables -F INPUT
iptables -A INPUT -m bpf --bytecode '4,48 0 0 9,21 0 1 17,6 0 0 65535,6 0 0 0'
iptables -A INPUT -m bpf --bytecode '5,177 0 0 0,72 0 0 2,21 0 1 7,6 0 0 1,6 0 0 0'
iptables -A INPUT -m bpf --bytecode '4,128 0 0 0,53 0 1 80,6 0 0 1,6 0 0 0'
iptables -A INPUT -m bpf --bytecode '2,48 0 0 2000,6 0 0 1'
iptables -A INPUT -m bpf --bytecode '2,40 0 0 4294963200,22 0 0 0'
iptables -A INPUT -m bpf --bytecode '4,32 0 0 4294963208,21 0 1 1,6 0 0 1,6 0 0 0'
iptables -A INPUT -m bpf --bytecode '4,32 0 0 4294963220,21 1 0 9,6 0 0 0,6 0 0 1'
iptables -A INPUT -m bpf --bytecode '4,40 0 0 4292870156,21 0 1 2048,6 0 0 1,6 0 0 0'
iptables -A INPUT -m bpf --bytecode '4,32 0 0 4293918732,21 0 1 2130706433,6 0 0 1,6 0 0 0'
iptables -A INPUT -m bpf --bytecode '7,0 0 0 7,2 0 0 1,97 0 0 1,4 0 0 5,12 0 0 0,21 0 1 19,6 0 0 1' 2>/dev/null || echo "= $?"
iptables -A INPUT -m bpf --bytecode '8,0 0 0 7,2 0 0 1,97 0 0 1,4 0 0 5,12 0 0 0,21 0 1 19,6 0 0 1,6 0 0 0'
iptables -A INPUT -m bpf --bytecode '6,0 0 0 7,1 0 0 0,60 0 0 0,6 0 0 1,6 0 0 1,6 0 0 1'
iptables -A INPUT -p tcp -m osf --genre Linux
iptables -A INPUT -p tcp -m osf ! --genre Linux
ip6tables -F INPUT
ip6tables -A INPUT -m bpf --bytecode '4,48 0 0 6,21 0 1 58,6 0 0 1,6 0 0 0'
ip6tables -A INPUT -m srh
ping -c 1 -q 127.0.0.1 > /dev/null
ping -c 1 -q -s 8 127.0.0.1 > /dev/null
echo hi | nc -n -u -p 4000 -w 1 127.0.0.1 7
nc -n -w 1 127.0.0.1 8 < /dev/null
ping -c 1 -q fd00::1 > /dev/null
iptables -nvL INPUT | sed 1,2d | tr '\0' @
ip6tables -nvL INPUT | sed 1,2d | tr '\0' @
