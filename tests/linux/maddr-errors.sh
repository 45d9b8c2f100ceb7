#!/bin/bash
# What ip maddress refuses.
set -v; trap 'echo "exit status $?"' ERR
ip link add v0 type veth peer name v1
ip maddr add 01:00:5e:01:02:03
ip maddr add 01:00:5e:01:02:03 v0
ip maddr add 01:00:5e:01:02:03 dev v0 dev v1
ip maddr add 01:00:5e:01:02:03 dev nope
ip maddr add 01:00:5e:01:02:03 dev lo
ip maddr add zz dev v0
ip maddr add 01:02 dev v0
ip maddr add 239.1.1.1 dev v0
ip maddr add 300.1.1.1 dev v0
ip maddr del 01:00:5e:01:02:03 dev v0
ip maddr bogus
ip maddr show v0 v1
ip maddr show dev
ip addr add 10.0.0.1/24 dev v0 autojoin
ip addr add 10.0.0.1/24 dev v0
