#!/bin/bash
# The groups that devices listen to: hardware groups and those of IP, shown in every form.
set -v; trap 'echo "exit status $?"' ERR
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1
ip -4 maddr
ip link set lo up
ip link set v0 up
ip -4 maddr
ip -4 maddr show dev v0
ip -0 maddr show v0 | grep -v 33:33
# A user's own group stands beside those that IP listens to, and counts once however often it is added.
ip maddr add 01:00:5e:01:02:03 dev v0
ip maddr add 01:00:5e:01:02:03 dev v0
ip maddr add 01:00:5e:00:00:01 dev v0
ip maddr add address 33:33:00:01:02:03 dev v0
ip -0 maddr show dev v0 | grep -v 33:33:00:00
ip -4 -o maddr show dev v0
ip -4 -j maddr
ip -4 -p -j maddr show dev v0
bridge fdb show dev v0 | grep -v 33:33:00:00
ip maddr del 01:00:5e:00:00:01 dev v0
ip maddr del 01:00:5e:01:02:03 dev v0
ip maddress delete 33:33:00:01:02:03 dev v0
ip -f link maddr show dev v0 | grep -v 33:33
netstat -g | grep -v ff0
# Down, it listens to nothing.
ip link set v0 down
ip -4 maddr show dev v0
ip -4 maddr show dev nope
