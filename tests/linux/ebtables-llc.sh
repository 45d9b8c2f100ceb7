#!/bin/bash
# ebtables asks of frames of IEEE 802.3: points and types, and what is refused.
set -v; trap 'echo "exit status $?"' ERR
ask() { ebtables -A FORWARD "$@" -j DROP; }
ask -p LENGTH --802_3-sap 0x42
ask -p LENGTH --802_3-sap 66
ask -p LENGTH --802_3-sap 0xa
ask -p LENGTH --802_3-type 0x800
ask -p LENGTH --802_3-type 10
ask -p LENGTH --802_3-sap ! 0xaa
ask -p LENGTH --802_3-type ! 0x800 --802_3-sap 0xaa
ask -p LENGTH --802_3-sap 0x42 --802_3-sap 0x43
ask ! -p LENGTH --802_3-type 0x800
ask -d BGA --stp-type config -i eth0 --802_3-sap 0x42 -p LENGTH --stp-port ! 5
ebtables -L FORWARD
ask --802_3-sap 0x42
ask -p IPv4 --802_3-sap 0x42
ask -p LENGTH --802_3-sap 300
ask -p LENGTH --802_3-sap foo
ask -p LENGTH --802_3-type 70000
ebtables -D FORWARD -p LENGTH --802_3-sap 0x66 -j DROP
ebtables -D FORWARD -p LENGTH --802_3-sap 0x67 -j DROP
