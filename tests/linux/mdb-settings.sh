#!/bin/bash
# The settings of snooping, of a bridge and its ports.
set -v; trap 'echo "exit status $?"' ERR
ip link add br0 type bridge mcast_querier 1 mcast_query_interval 6000
ip link add p1 type veth peer name e1
ip link set p1 master br0
show() { ip -d link show br0 | grep -o 'mcast_snooping .*nf_call_iptables'; }
show
ip link set br0 type bridge mcast_router 2 mcast_query_use_ifaddr 1 mcast_hash_max 512 mcast_last_member_count 3
ip link set br0 type bridge mcast_startup_query_count 4 mcast_last_member_interval 50 mcast_membership_interval 4000
ip link set br0 type bridge mcast_querier_interval 5000 mcast_query_response_interval 200 mcast_stats_enabled 1
ip link set br0 type bridge mcast_igmp_version 3 mcast_mld_version 2 mcast_hash_elasticity 8
show
ip -d -j link show br0 | grep -o '"mcast_router.*"mcast_mld_version":.'
# Queries are sent at most every second.
ip link set br0 type bridge mcast_query_interval 10 mcast_startup_query_interval 10
show
ip link set br0 type bridge mcast_router 3
ip link set br0 type bridge mcast_igmp_version 1
ip link set br0 type bridge mcast_mld_version 3
ip link set br0 type bridge mcast_querier foo
ip link set br0 type bridge mcast_hash_max -1
bridge link set dev p1 mcast_router 2 fastleave on mcast_flood off mcast_to_unicast on
bridge -d link show dev p1 | tail -1
ip link set p1 type bridge_slave mcast_router 0
bridge -d -j link show dev p1 | grep -o '"mcast_router":.'
ip -d -j link show p1 | grep -o '"multicast_router":.'
bridge link set dev p1 mcast_router 4
ip link set p1 type bridge_slave mcast_router foo
