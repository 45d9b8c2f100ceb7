#!/bin/bash
# time: hours, dates and days; what is never, and what is always.
ip link set lo up
i() { iptables -A OUTPUT -p icmp "$@"; }
i -m time --timestart 00:00 --timestop 23:59:59
i -m time --timestart 00:00:01 --timestop 00:00:00
i -m time --datestart 2001-01-01 --datestop 2037-12-31
i -m time --datestop 2001-01-01
i -m time --datestart 2037-06-05
i -m time --weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun
i -m time ! --weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun
i -m time --monthdays 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
i -m time --kerneltz
ping -q -c 1 127.0.0.1 >log
iptables -nvxL OUTPUT | sed 1,2d
