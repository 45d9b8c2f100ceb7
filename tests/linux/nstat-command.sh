#!/bin/bash
# nstat: what was counted since it was asked last, or ever; patterns, zeros, JSON.
set -v; trap 'echo "exit status $?"' ERR
ip link set lo up
export NSTAT_HISTORY=history
nstat
ping -qc1 127.0.0.1 | grep received
nstat -s 'Icmp*Echo*'
nstat 'IcmpOut*'
nstat
nstat -a 'ipin*'
ping -qc1 127.0.0.1 | grep received
nstat -a IpInReceives
nstat IpInReceives
nstat -z 'IpReasm*' 'UdpLite*'
ping -qc1 127.0.0.1 | grep received
nstat -j 'IpIn*'
ping -qc1 127.0.0.1 | grep received
nstat -jp IcmpInMsgs 'Icmp*Reps'
nstat -j
ping -qc1 127.0.0.1 | grep received
nstat -n
nstat
nstat -r IpInReceives
nstat --ignore --zeros IpInHdrErrors 'IcmpMsg*'
nstat --json --ignore --noupdate 'UdpOut*' 'IpForw*'
grep ^IpIn history
sed -i s/^IpInReceives.*/'IpInReceives 3 0.0'/ history
nstat 'IpIn*'
nstat -x 2>&1 | head -1
echo junk >history
nstat IpIn* 2>&1 | sed 's/^nstat.*: error/error/'
rm history
nstat IpInReceives
NSTAT_HISTORY=. nstat
