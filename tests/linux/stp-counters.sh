#!/bin/bash
# What a port counts of the spanning tree: ip link xstats.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
    ip link add a$n address 02:00:00:00:0$n:01 type veth peer name b$n address 02:00:00:00:0$n:02
    ip link set a$n master br1 up
done
for n in 1 2; do ip link set b$n master br2 up; done
ip link xstats type bridge_slave stp
for n in 1 2; do ip link set br$n up; done
sleep 6
# The port that is blocked has heard hellos, which the other end has sent.
ip link xstats type bridge_slave dev b2 stp | sed 's/RX: [1-9][0-9]* TX: [0-9]*/RX: some/'
ip link xstats type bridge_slave dev a2 stp | sed 's/RX: [0-9]* TX: [1-9][0-9]*/TX: some/'
ip -j link xstats type bridge_slave dev b1 stp | grep -o '"transition_[a-z]*":[0-9]*'
# Without STP nothing is counted.
ip link add br3 type bridge mcast_snooping 0
ip link add c1 type veth peer name c2
ip link set c1 master br3
ip link set br3 up
ip link set c1 up
ip link set c2 up
ip link xstats type bridge_slave dev c1
ip -j link xstats type bridge_slave dev c1
ip -j -p link xstats type bridge_slave stp dev c1
ip link xstats type bridge
ip link xstats type bridge stp
ip link xstats type bridge_slave dev c2
ip link xstats type bridge_slave dev nowhere
ip link xstats type bridge_slave foo
ip link xstats type bridge_slave dev
ip link xstats type foo
ip link xstats foo
ip link xstats type
ip link xstats
