#!/bin/bash
# ebtables asks of BPDUs: each field, said as it is listed, what is refused, and what a spanning tree sends.
set -v; trap 'echo "exit status $?"' ERR
ask() { ebtables -A FORWARD "$@" -j DROP; }
ask -d BGA --stp-type config
ask -d BGA --stp-type ! tcn
ask --stp-type 5
ask --stp-flags topology-change
ask --stp-flags topology-change-ack
ask --stp-flags 3
ask --stp-root-prio 32768:65535
ask --stp-root-prio 5:
ask --stp-root-addr 02:00:00:00:00:01
ask --stp-root-addr 02:00:00:00:00:01/ff:ff:00:00:00:00
ask --stp-root-cost :100
ask --stp-root-cost 99999999999
ask --stp-sender-prio 32768
ask --stp-sender-addr ! 02:00:00:00:00:01
ask -p LENGTH --stp-port 3 --stp-type config --stp-root-cost 9
ask --stp-msg-age 0:256 --stp-max-age 5120 --stp-hello-time 512 --stp-forward-delay 3840
ebtables -L FORWARD
ebtables-save | grep -v '^#' >saved
ebtables -F
ebtables-restore <saved
ebtables-save | grep -v '^#' | cksum
cksum <saved
ask --stp-type foo
ask --stp-type 300
ask --stp-flags foo
ask --stp-root-addr foo
ask --stp-port 9:3
ask --stp-port 70000
ask --stp-root-prio 0x8000
ask --stp-root-cost 5:foo
ask --stp-hello-time 9:3
ask --stp-type config --stp-type tcn
# What a tree says passes a bridge that has none; those that have one hear it without asking INPUT.
for n in 0 1 2; do ip link add br$n address 02:00:00:00:00:9$n type bridge stp_state $((n != 0)); done
for n in 1 2; do
    ip link add p$n address 02:00:00:00:01:0$n type veth peer name q$n address 02:00:00:00:02:0$n
    ip link set p$n master br0 up
    ip link set q$n master br$n up
done
ebtables -F
# The kernel looks for each field one octet before its place.
ebtables -A FORWARD -d BGA --stp-type config --stp-flags 0
ebtables -A FORWARD -d BGA --stp-root-addr 02:00:00:00:00:91
ebtables -A FORWARD -d BGA --stp-root-addr 00:02:00:00:00:00
ebtables -A FORWARD --stp-root-prio 128
ebtables -A FORWARD --stp-root-prio 32768
ebtables -A FORWARD --stp-hello-time 2 --stp-max-age 20 --stp-forward-delay 15
ebtables -A FORWARD --stp-hello-time 512
ebtables -A FORWARD --stp-root-cost 1:
ebtables -A FORWARD --stp-type tcn
ebtables -A FORWARD --stp-type ! config
ebtables -A FORWARD -p LENGTH --802_3-sap 0x42
ebtables -A FORWARD -p LENGTH --802_3-sap ! 0x42
ebtables -A FORWARD -p LENGTH --802_3-type 0x800
ebtables -A INPUT -d BGA
ebtables -A OUTPUT -o q1 -d BGA
ebtables -A OUTPUT -o q1 -p LENGTH --802_3-sap 0x42
ip link set br0 up
ip link set br1 up
ip link set br2 up
sleep 5
ebtables -L --Lc | sed 's/pcnt = [1-9].*/counted/'
