#!/bin/bash
# What `ip monitor netconf` tells of settings as they are written: those that routing daemons follow.
set -v; trap 'echo "exit status $?"' ERR
# What is told while some commands run.
told() {
    commands=$(cat)
    echo "$(ip "$@" 2>&1 & monitor=$!; sleep 1; eval "$commands"; sleep 0.5; kill $monitor; wait $monitor)"
}
ip link add p1 type veth peer name q1
# Each of one device, written twice with the same, with another value, and back.
write() { for value in 1 1 2 0; do sysctl -qw net.$1=$value; done; }
told monitor netconf <<'X'
for key in forwarding rp_filter proxy_arp ignore_routes_with_linkdown bc_forwarding; do write ipv4.conf.p1.$key; done
for key in forwarding rp_filter proxy_arp ignore_routes_with_linkdown; do write ipv4.conf.default.$key; done
for key in rp_filter proxy_arp ignore_routes_with_linkdown; do write ipv4.conf.all.$key; done
X
# Forwarding for all is forwarding for each.
told monitor netconf <<'X'
write ipv4.conf.all.forwarding
sysctl -qw net.ipv4.ip_forward=1
X
told monitor netconf <<'X'
for where in p1 default all; do
    for key in forwarding proxy_ndp ignore_routes_with_linkdown; do write ipv6.conf.$where.$key; done
done
X
told monitor netconf <<'X'
for where in p1 default all; do for value in 1 0; do sysctl -qw net.ipv6.conf.$where.force_forwarding=$value; done; done
X
# What is set for all is set for each, and here for those to come too.
sysctl -qw net.ipv6.conf.all.ignore_routes_with_linkdown=1
sysctl net.ipv6.conf.{default,lo,p1,q1}.ignore_routes_with_linkdown
told monitor netconf dev p1 <<'X'
write ipv4.conf.q1.rp_filter
write ipv4.conf.p1.rp_filter
X
told -6 monitor all <<'X'
write ipv4.conf.p1.rp_filter
write ipv6.conf.p1.proxy_ndp
X
