#!/bin/bash
# bridge -batch runs many commands; it stops at the first that fails unless -force.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge
ip link add veth0 type veth peer name veth1
ip link set veth0 master br0
cat >ok <<END
link set dev veth0 cost 7
# a comment

link set dev veth0 hairpin on
link set dev veth0 \\
 learning off
END
bridge -batch ok
bridge -d link show dev veth0 | grep -oE 'cost [0-9]*|hairpin [a-z]*|learning [a-z]*'
printf 'frobnicate\nlink set dev veth0 cost 8\n' >unknown
bridge -batch unknown
bridge link show dev veth0 | grep -o 'cost [0-9]*'
bridge -force -batch unknown
bridge link show dev veth0 | grep -o 'cost [0-9]*'
printf 'link set dev nope cost 3\nlink set dev veth0 cost 9\n' >device
bridge -b device
bridge -force -b device
bridge link show dev veth0 | grep -o 'cost [0-9]*'
printf 'link set dev veth0 hairpin\nlink set dev veth0 cost 10\n' >short
bridge -force -batch short
bridge link show dev veth0 | grep -o 'cost [0-9]*'
echo 'link set dev veth0 cost 11' | bridge -batch -
bridge link show dev veth0 | grep -o 'cost [0-9]*'
bridge -batch nowhere
bridge -batch device link
