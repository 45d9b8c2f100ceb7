#!/bin/bash
# A device gets another name, an alias, and alternative names that every command knows it by.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
ip link set veth0 name uplink
ip link set uplink alias "to the switch"
ip link property add dev uplink altname to-switch altname a-name-longer-than-fifteen-characters
ip link show uplink
ip link show to-switch
ip link set to-switch mtu 1300
ip addr add 10.0.0.1/24 dev a-name-longer-than-fifteen-characters
ip -br addr show uplink
ip link property add dev veth1 altname to-switch
ip link property add dev veth1 altname uplink
ip link property del dev uplink altname to-switch
ip link show to-switch
ip link property del dev uplink altname to-switch
ip link set uplink up
ip link set uplink name other
ip -j link show other | grep -o '"altnames":[^]]*]'
ip link set other alias ""
ip link show other
