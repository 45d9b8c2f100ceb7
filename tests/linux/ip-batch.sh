#!/bin/bash
# ip -batch runs many commands; it stops at the first that fails unless -force.
set -v; trap 'echo "exit status $?"' ERR
cat >ok <<END
link add veth0 type veth peer name veth1
# a comment

addr add 10.0.0.1/24 dev veth0
link set veth0 up
link set veth1 up
route add 10.1.0.0/16 via 10.0.0.2
END
ip -batch ok
ip -4 -br addr
ip route
printf 'addr add 10.0.0.1/24 dev veth0\naddr add 10.0.0.5/24 dev veth0\n' >bad
ip -batch bad
ip -4 -br addr
ip -force -batch bad
ip -4 -br addr
echo 'link set veth0 mtu 1400' | ip -b -
ip link show veth0 | head -1
ip -batch nowhere
printf 'addr frobnicate\n' | ip -batch -
printf 'link set veth0 \\\n mtu 1300\n' | ip -batch -
ip link show veth0 | head -1
