#!/bin/bash
# Settings of a device, of lo, of all, and of those to come, as they begin.
set -v; trap 'echo "exit status $?"' ERR
ip link add veth0 type veth peer name veth1
sysctl -a -r '^net.ipv4.conf.(all|default|lo|veth0)[.]'
sysctl -a -r '^net.ipv4.neigh.(lo|veth0)[.]'
sysctl net.ipv4.fwmark_reflect
sysctl -a -r '^net.ipv4.icmp_'
sysctl -a -r '^net.ipv4.route[.]m'
sysctl -a -r '^net.ipv4.fib_multipath'
sysctl net.ipv4.ip_default_ttl net.ipv4.ip_forward net.ipv4.ip_forward_update_priority
sysctl net.ipv4.ip_forward_use_pmtu net.ipv4.ip_no_pmtu_disc net.ipv4.ip_nonlocal_bind
sysctl net.ipv4.igmp_max_memberships
ip link set veth1 up
sysctl net.ipv4.conf.default.disable_policy=0 net.ipv4.conf.default.rp_filter=1
sysctl net.ipv4.conf.lo.disable_policy net.ipv4.conf.lo.rp_filter net.ipv4.conf.veth0.rp_filter net.ipv4.conf.veth1.rp_filter
