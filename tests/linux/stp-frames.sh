#!/bin/bash
# What bridges say to each other, as tcpdump prints it: the root's configurations, and the notification of a change.
set -v; trap 'echo "exit status $?"' ERR
for n in 1 2; do
    ip link add br$n address 02:00:00:00:00:b$n type bridge forward_delay 200 hello_time 100 max_age 600 stp_state 1 mcast_snooping 0
done
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
ip link add vp type veth peer name ve
ip link set va master br1 up
ip link set vb master br2 up
ip link set vp master br2 up
ip link set ve up
ip link set br1 up
sleep 1.5
timeout 3 tcpdump -c 1 -nei va stp 2>/dev/null
timeout 3 tcpdump -c 1 -nvi va stp 2>/dev/null
# The other bridge's ports forward after 4 s, and it notifies the root.
ip link set br2 up
timeout 8 tcpdump -c 1 -nevi vb 'stp and ether src 02:00:00:00:00:02 and ether[20] == 0x80' 2>/dev/null
timeout 3 tcpdump -c 1 -ni ve 'stp and ether[21] == 1' 2>/dev/null
# When nothing was heard of the old root for max_age, the other takes over.
ip link set br1 type bridge priority 61440
timeout 12 tcpdump -c 1 -nevi va 'stp and ether src 02:00:00:00:00:02' 2>/dev/null
# Every BPDU is 802.1D's, of version 0, and as long as it must be.
timeout 4 tcpdump -c 1 -nxxi ve stp 2>/dev/null | cut -c1-50 | tail -4 | sed 's/\(0x0000.*0180 c200 0000\).*/\1/'
