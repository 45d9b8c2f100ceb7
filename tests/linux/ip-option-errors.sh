#!/bin/bash
# Options of ip that are wrong, or whose value is.
set -v; trap 'echo "exit status $?"' ERR
ip -foo link
ip -color=x link
ip -rc x link
ip -rcvbuf -1 link
ip -l 2>&1 | grep -o ^Usage
ip -rc 2>&1 | grep -o ^Usage
ip -f 2>&1 | grep -o ^Usage
ip -f bogus link
ip -b 2>&1 | grep -o ^Usage
ip -color=auto link
ip -force link
ip frobnicate
ip link frobnicate
ip address frobnicate
ip route frobnicate
ip rule frobnicate
ip neigh frobnicate
ip netns frobnicate
