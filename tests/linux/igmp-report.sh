#!/bin/bash
# Who joins a group tells it twice, who leaves it too; after a query of an older version, in that
# version's words.
set -v; trap 'echo "exit status $?"' ERR
ip netns add b
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 netns b address 02:00:00:00:00:02
ip link set v0 up
ip -n b link set v1 up
ip addr add 10.0.0.1/24 dev v0
# Each change is seen twice, the second time within a second.
watch() {
    : >log
    ip netns exec b tcpdump -lnvi $dev -c $1 igmp >seen 2>log & until grep -q listening log; do sleep 0.02; done
    shift
    "$@"
    wait
    cat seen
}
dev=v1
watch 2 ip addr add 239.1.1.1/32 dev v0 autojoin
watch 2 ip addr add 239.1.1.2/32 dev v0 autojoin
watch 2 ip addr del 239.1.1.1/32 dev v0
# IGMPv2: the second report within ten seconds, which is shortened here; a leave goes to all routers.
sysctl -q net.ipv4.conf.v0.force_igmp_version=2 net.ipv4.conf.v0.igmpv2_unsolicited_report_interval=300
watch 2 ip addr add 239.1.1.3/32 dev v0 autojoin
watch 1 ip addr del 239.1.1.3/32 dev v0
# IGMPv1 has no leave.
sysctl -q net.ipv4.conf.v0.force_igmp_version=1
watch 2 ip addr add 239.1.1.4/32 dev v0 autojoin
# How often a change is told is the device's from when it is made. Its only address is the source.
sysctl -q net.ipv4.igmp_qrv=3
ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 netns b address 02:00:00:00:00:04
sysctl -q net.ipv4.conf.w0.igmpv3_unsolicited_report_interval=100
ip link set w0 up
ip -n b link set w1 up
dev=w1
watch 3 ip addr add 224.0.0.99/32 dev w0 autojoin
ip addr flush dev w0
# Groups of the link itself may be kept silent.
sysctl -q net.ipv4.igmp_link_local_mcast_reports=0
: >log
ip netns exec b timeout 2 tcpdump -lni v1 igmp >seen 2>log & until grep -q listening log; do sleep 0.02; done
ip addr add 224.0.0.99/32 dev v0 autojoin
wait
grep report seen
