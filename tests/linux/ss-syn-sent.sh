#!/bin/bash
# ss -t and netstat -t: a connection that nobody answers.
set -v; trap 'echo "exit status $?"' ERR
ip link add eth0 type veth peer name eth1
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip link set eth1 up
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
curl -s -m 8 http://10.0.0.2/ &
sleep 0.5
ss -tn | sed 's/:[0-9]\{5\}/:PORT/'
ss -tn state syn-sent | sed 's/:[0-9]\{5\}/:PORT/'
ss -tno | sed 's/:[0-9]\{5\}/:PORT/; s/on,[0-9]*ms/on,T/'
ss -tnp | sed 's/:[0-9]\{5\}/:PORT/; s/pid=[0-9]*,fd=[0-9]*/pid=P,fd=F/'
ss -Htn dport = :80 | sed 's/:[0-9]\{5\}/:PORT/'
ss -tn dst 10.0.0.2 sport = :1
ss -tln
netstat -tn | sed 's/:[0-9]\{5\}/:PORT/'
netstat -tln
netstat -s -t | grep openings
wait
ss -tan
