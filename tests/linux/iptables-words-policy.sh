#!/bin/bash
# The words of policy and cluster: as -S and -L list them, and mistakes.
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; iptables -t $tb -F; iptables -t $tb -A $ch "$@" || echo "= $?"; iptables -t $tb -S $ch | grep -- ^-A; iptables -t $tb -nL $ch | sed 1,2d;  iptables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
f -m policy --dir in --pol none
f -m policy --dir in --pol ipsec
f -m policy --dir in --pol ipsec --strict --reqid 3 --proto esp --mode tunnel --tunnel-src 1.1.1.1 --tunnel-dst 2.2.2.0/24 --next ! --spi 5 --proto ah --mode transport
f -m policy --pol none
f -m policy --dir in
f -m policy --dir out --pol none
f -m policy --dir foo --pol none
f -m policy --dir in --pol none --strict
f -m policy --dir in --pol ipsec ! --reqid 4 ! --proto esp ! --mode tunnel
f -m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 0xdeadbeef
f -m cluster --cluster-total-nodes 4 ! --cluster-local-nodemask 3 --cluster-hash-seed 5
f -m cluster --cluster-total-nodes 2
f -m policy --dir in --pol ipsec --next --reqid 2
f -m policy --dir in --pol ipsec --strict --reqid 1 --next
f -m policy --dir in --pol ipsec --reqid 1 --reqid 2
f -m policy --dir in --pol ipsec --strict --tunnel-src 1.2.3.4
f -m policy --dir in --pol ipsec --proto tcp
f -m policy --dir in --pol ipsec --mode foo
f -m policy --dir in --pol foo
f -m policy --dir in --pol none --reqid 3
f -m cluster --cluster-total-nodes 33 --cluster-local-node 1 --cluster-hash-seed 1
f -m cluster --cluster-total-nodes 2 --cluster-local-node 3 --cluster-hash-seed 1
f -m cluster --cluster-total-nodes 2 ! --cluster-local-node 2 --cluster-hash-seed 1
f -m cluster --cluster-total-nodes 2 --cluster-local-node 2
