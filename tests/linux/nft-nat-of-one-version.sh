#!/bin/bash
# ipv6
# A translation to an address of one version says nothing to packets of the other.
ip link set lo up
nft add table inet t
nft add chain inet t out '{ type nat hook output priority -100; }'
nft add rule inet t out counter dnat ip6 to ::1
nft add rule inet t out counter dnat ip to 127.0.0.1
nft add rule inet t out counter
ping -c 1 127.0.0.2 | grep -o '1 received'
ping -c 1 ::1 | grep -o '1 received'
nft list table inet t
