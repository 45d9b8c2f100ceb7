#!/bin/bash
# A port that begins to forward is a topology change: the root is told, flags it, and every bridge lets addresses age faster.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
ip link set va master br1 up
ip link set vb master br2 up
for n in 1 2; do
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name e$n address 02:00:00:00:01:1$n
    ip link set p$n master br2
    ip link set e$n up
done
ip link set p1 up
for n in 1 2; do ip link set br$n up; done
show() { for n in 1 2; do ip -d link show br$n | grep -oE 'ageing_time [0-9]*|topology_change(_detected)? [0-9]' | tr '\n' ' '; echo; done; }
# The links forward after 4 s; the change lasts for max_age and forward_delay, 8 s.
sleep 7
show
brctl showstp br1 | grep -m1 flags
brctl showstp br2 | grep -m1 flags
sleep 8
show
brctl showstp br1 | grep -m1 flags
# A station that has spoken before the change is stale in it, and shows again behind it.
ip addr add 10.0.0.1/24 dev e1
ping -q -c1 -W0.1 -I e1 10.0.0.9 >/dev/null
bridge fdb show br br2 | grep :11
brctl showmacs br2 | grep :11
ip link set p2 up
sleep 6.5
show
bridge fdb show br br2 | grep :11
brctl showmacs br2 | grep :11
bridge fdb get 02:00:00:00:01:11 br br2
sleep 9
show
bridge fdb show br br2 | grep :11
brctl showmacs br2 | grep :11
