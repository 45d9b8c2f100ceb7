#!/bin/bash
# A backlog is no greater than the setting says when the program asks to listen.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
sysctl net.core.somaxconn
serve() { timeout 1 nc -n -l $1 </dev/null >/dev/null & sleep 0.3; }
serve 5000
sysctl net.core.somaxconn=0
serve 5001
for port in 5000 5001; do ss -Htln sport = $port; done
sysctl net.core.somaxconn=-1
sysctl -a -r somaxconn
wait
