#!/bin/bash
# ss -w: raw sockets, here those of ping; which there are is said by states, families and filters.
set -v; trap 'echo "exit status $?"' ERR
ip netns add blue
ip -n blue link set lo up
ip -n blue addr add 10.0.0.1/24 dev lo
ip netns exec blue ping -4 -q -i 20 -c 2 10.0.0.1 >/dev/null &
first=$!
ip netns exec blue ping -4 -q -i 20 -c 2 -I 10.0.0.1 127.0.0.1 >/dev/null &
second=$!
sleep 1
blue() { ip netns exec blue "$@"; }
blue ss -wan | sort
blue ss -wa | sort
blue ss -wln | sort
blue ss -wn
blue ss -Hwan src 10.0.0.1
blue ss -wuan src 10.0.0.1
blue ss -wtuan -H src 10.0.0.1
blue ss -A raw -an src 10.0.0.1
blue ss -f inet -wan not src 10.0.0.1
blue ss -f inet6 -wan
blue ss --raw --all --numeric sport = 1 | sort
blue ss -wan 'sport = 1 and ( src 10.0.0.0/8 or dst 10.0.0.1 )'
blue ss -wan sport != :1
blue ss -wan dev lo
blue ss -wanp src 10.0.0.1 | sed 's/pid=[0-9]*/pid=P/'
blue ss -tun
blue ss -tan
ss -wan
ss -N blue -Hwan src 10.0.0.1
kill $first $second
wait
blue ss -wan
