#!/bin/bash
# netstat: lists of sockets, here of pings.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
ip addr add 10.0.0.1/24 dev lo
ping -4 -q -i 20 -c 2 -I 10.0.0.1 127.0.0.1 >/dev/null &
first=$!
sleep 1
netstat -wan
netstat -wa
netstat -lwn
netstat -wn
netstat -a4n
netstat --inet -an
netstat -wanp | sed 's/ [0-9]*\/ping */ PID\/ping/'
netstat -wano
netstat -wane | sed 's/[0-9]* *$/INODE/'
netstat -tulnp
netstat -tan
netstat -uan
netstat -an
netstat -n
kill $first
wait
netstat -wan
