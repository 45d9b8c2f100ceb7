#!/bin/bash
# Marks are set, saved with the connection and restored: by each form of MARK and CONNMARK.
ip link set lo up
m() { iptables -t mangle -A OUTPUT -p icmp --icmp-type echo-request "$@"; }
is() { m -m mark --mark $1 -m comment --comment "mark $1"; }
ct() { m -m connmark --mark $1 -m comment --comment "connection $1"; }
m -j MARK --set-mark 0xff
is 0xff
m -j MARK --set-mark 0x100/0xff00
is 0x1ff
m -j MARK --set-xmark 0x3/0xf
is 0x1f3
m -j MARK --and-mark 0xf0
is 0xf0
m -j MARK --or-mark 0xf
is 0xff
m -j MARK --xor-mark 0x3c
is 0xc3
m -j CONNMARK --save-mark
ct 0xc3
m -j CONNMARK --set-mark 0x10/0x30
ct 0xd3
m -j CONNMARK --set-xmark 0x1/0x3
ct 0xd1
m -j CONNMARK --and-mark 0xf0
ct 0xd0
m -j CONNMARK --or-mark 0xf
ct 0xdf
m -j CONNMARK --xor-mark 0xff
ct 0x20
m -j CONNMARK --restore-mark
is 0x20
m -j MARK --set-mark 0xabc
m -j CONNMARK --save-mark --nfmask 0xf0 --ctmask 0xff
ct 0xb0
m -j MARK --set-mark 0
m -j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xf0
is 0xb0
ping -q -c 1 127.0.0.1 | grep -o '[0-9]* received'
iptables -t mangle -nvxL OUTPUT | grep -o '^ *[0-9]* .*\(mark\|connection\) 0x[0-9a-f]* \*/'
