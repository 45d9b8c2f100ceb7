#!/bin/bash
# ethtool -S tells the index of a veth's peer, and -i its driver.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ethtool -S veth0 | head -2
[ "$(ethtool -S veth0 | grep -o 'peer_ifindex: .*')" = "peer_ifindex: $(ip -o link show veth1 | cut -d: -f1)" ] && echo the index of veth1
ethtool -i veth0 | grep -v ^version
ethtool -k veth0 | grep -E '^(rx-checksumming|tx-checksumming|scatter-gather|tcp-segmentation-offload|generic-receive-offload|large-receive-offload)'
ethtool -S lo
ethtool -i lo | grep -v ^version
ethtool -S nowhere
ethtool -i nowhere
