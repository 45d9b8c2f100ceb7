#!/bin/bash
# arptables: what is refused, and how it is said.
set -v; trap 'echo "exit status $?"' ERR
arptables -A FORWARD -j DROP
arptables -P FOO DROP
arptables -P INPUT FOO
arptables -A FOO -j DROP
arptables -A INPUT -j FOO
arptables -A INPUT --source-mac 1:2 -j DROP
arptables -A INPUT --opcode 99999 -j DROP
arptables -A INPUT --opcode foo -j DROP
arptables -A INPUT --foo -j DROP
arptables -V
arptables -t nat -L
arptables
