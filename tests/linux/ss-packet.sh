#!/bin/bash
# ss -0: packet sockets, here those of tcpdump.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
tcpdump -ni lo >/dev/null 2>&1 &
first=$!
sleep 1
ss -0an
ss -0a
ss -f link -an
ss -0Han
ss -0n
ss -A packet -ln
ss -0anp | sed 's/pid=[0-9]*,fd=[0-9]*/pid=P,fd=F/'
kill -INT $first
wait
ss -0an
