#!/bin/bash
# Every bridge follows the times of the root; each keeps its own for when it becomes the root itself.
set -v; trap 'echo "exit status $?"' ERR
ip link add br1 address 02:00:00:00:00:b1 type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
ip link add br2 address 02:00:00:00:00:b2 type bridge forward_delay 500 hello_time 400 max_age 1900 ageing_time 12000 stp_state 1 mcast_snooping 0
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
ip link set va master br1 up
ip link set vb master br2 up
times() { ip -d link show $1 | grep -o 'forward_delay [0-9]* hello_time [0-9]* max_age [0-9]* ageing_time [0-9]* stp_state [0-9]'; }
for n in 1 2; do times br$n; done
for n in 1 2; do ip link set br$n up; done
sleep 2.5
for n in 1 2; do times br$n; done
brctl showstp br2 | grep -E 'max age|hello time|forward delay'
# What is set on a bridge that is not the root waits until it is.
ip link set br2 type bridge hello_time 300
times br2
ip link set br1 type bridge hello_time 200
sleep 3
times br2
ip link set va down
sleep 0.5
times br2
# The ranges; a forward delay may be anything while STP is off.
for words in 'forward_delay 199' 'forward_delay 3001' 'hello_time 99' 'hello_time 1001' 'max_age 599' 'max_age 4001' 'forward_delay x' 'priority 65536' 'stp_state x'; do ip link set br2 type bridge $words; done
ip link set br2 type bridge forward_delay 3000 hello_time 1000 max_age 4000
times br2
ip link set br2 type bridge stp_state 0
for words in 'forward_delay 0' 'hello_time 99' 'max_age 599'; do ip link set br2 type bridge $words; done
times br2
ip link set br2 type bridge stp_state 0 forward_delay 9000
times br2
# Turning it on brings the delay into its range, and a state of 2 asks for a program, which is not there.
ip link set br2 type bridge stp_state 2
times br2
ip link set br2 type bridge stp_state 0 forward_delay 100
ip link set br2 type bridge stp_state 0
ip link set br2 type bridge forward_delay 100 stp_state 1
times br2
for words in 'setfd br2 1' 'setfd br2 31' 'setfd br2 soon' 'sethello br2 0' 'sethello br2 11' 'setmaxage br2 5' 'setmaxage br2 41' 'setbridgeprio br2 x' 'setfd nowhere 3'; do brctl $words; done
brctl setfd br2 2.5
brctl sethello br2 1.5
brctl setmaxage br2 6.5
brctl setbridgeprio br2 65537
times br2
ip -d link show br2 | grep -o 'priority [0-9]* vlan'
for words in 'setfd br2 -1' 'setbridgeprio br2 -5'; do brctl $words 2>&1 | head -2; done
