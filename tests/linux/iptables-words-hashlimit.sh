#!/bin/bash
# The words of hashlimit: rates in packets and bytes, by what packets are told apart, and mistakes.
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; iptables -t $tb -F; iptables -t $tb -A $ch "$@" || echo "= $?"; iptables -t $tb -S $ch | grep -- ^-A; iptables -t $tb -nL $ch | sed 1,2d;  iptables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
f -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec
f -m hashlimit --hashlimit-name a --hashlimit-above 5/min --hashlimit-burst 7 --hashlimit-mode srcip,dstport
f -m hashlimit --hashlimit-name a --hashlimit 3/hour --hashlimit-mode srcip --hashlimit-srcmask 24
f -m hashlimit --hashlimit-name a ! --hashlimit-upto 3/day --hashlimit-mode dstip,srcport,srcip,dstport --hashlimit-dstmask 16 --hashlimit-htable-size 100 --hashlimit-htable-max 200 --hashlimit-htable-expire 5000 --hashlimit-htable-gcinterval 2000
f -m hashlimit --hashlimit-name a --hashlimit-upto 60/min --hashlimit-mode dstip
f -m hashlimit --hashlimit-name a --hashlimit-upto 7
f -m hashlimit --hashlimit-name a --hashlimit-upto 1000/min
f -m hashlimit --hashlimit-name a --hashlimit-upto 512kb/s --hashlimit-burst 1mb
f -m hashlimit --hashlimit-name a --hashlimit-above 100b/s
f -m hashlimit --hashlimit-name a --hashlimit-above 1mb/s --hashlimit-mode srcip
f -m hashlimit --hashlimit-name a --hashlimit-above 3000b/s --hashlimit-burst 5000b
f -m hashlimit --hashlimit-name a --hashlimit-above 3000b/s --hashlimit-burst 100b
f -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec --hashlimit-rate-match
f -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec --hashlimit-rate-match --hashlimit-rate-interval 5
f -m hashlimit --hashlimit-name a
f -m hashlimit --hashlimit-upto 10/sec
f -m hashlimit --hashlimit-name a --hashlimit-upto x/sec
f -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec --hashlimit-mode foo
f -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec --hashlimit-burst 0
f -m hashlimit --hashlimit-name a --hashlimit-upto 10/sec --hashlimit-above 5/sec
f -m hashlimit --hashlimit-name a --hashlimit-upto 10000000/sec
f -m hashlimit --hashlimit-name a ! --hashlimit-upto 3/min --hashlimit-mode dstip,srcport,srcip,dstport --hashlimit-srcmask 8 --hashlimit-dstmask 16 --hashlimit-htable-size 100 --hashlimit-htable-max 200 --hashlimit-htable-expire 5000 --hashlimit-htable-gcinterval 2000
f -m hashlimit --hashlimit-name a --hashlimit-above 1kb/s --hashlimit-mode srcip --hashlimit-htable-expire 5000
f -m hashlimit --hashlimit-name a --hashlimit-above 1kb/s --hashlimit-rate-match
f -m hashlimit --hashlimit-name a --hashlimit-above 1500kb/sec
f -m hashlimit --hashlimit-name a --hashlimit-above 1b/s
f -m hashlimit --hashlimit-name a --hashlimit-above 10b
f -m hashlimit --hashlimit-name a --hashlimit-upto 90/min --hashlimit-burst 20
f -m hashlimit --hashlimit-name a --hashlimit-upto 3600/hour
f -m hashlimit --hashlimit-name a --hashlimit-upto 5000/hour
f -m hashlimit --hashlimit-name a --hashlimit-upto 2/day --hashlimit-burst 1
f -m hashlimit --hashlimit-name averyveryverylongname --hashlimit-upto 2/sec
f -m length --length 5 -m hashlimit --hashlimit-upto 1/s --hashlimit-name q -j ACCEPT
for window in "10/sec 3" "10/sec 10" "1/hour 2" "100/min 10" "5/day 7" "1/sec 3600"; do
    set -- $window
    f -m hashlimit --hashlimit-name a --hashlimit-upto $1 --hashlimit-rate-match --hashlimit-rate-interval $2
done
