#!/bin/bash
# arptables: rules put in, listed in each way, deleted.
set -v; trap 'echo "exit status $?"' ERR
arptables -L
arptables -A INPUT -s 10.0.0.1 -j DROP
arptables -A INPUT -s 10.0.0.0/24 ! -d 10.0.0.5 -j ACCEPT
arptables -A INPUT --source-mac 02:00:00:00:00:01 --destination-mac 02:00:00:00:00:02 -j DROP
arptables -A INPUT ! --source-mac 02:00:00:00:00:01 -j DROP
arptables -A INPUT -i eth0 -j DROP
arptables -A OUTPUT -o eth+ -j DROP
arptables -A INPUT --opcode Request -j DROP
arptables -A INPUT ! --opcode 2 -j DROP
arptables -A INPUT --h-length 6 --h-type 1 -j DROP
arptables -A INPUT --h-type 0x6 -j DROP
arptables -A INPUT --proto-type 0x800 -j DROP
arptables -A OUTPUT -j mangle --mangle-ip-s 10.0.0.7
arptables -A OUTPUT -j mangle --mangle-ip-d 10.0.0.7 --mangle-mac-s 02:00:00:00:00:11 --mangle-mac-d 02:00:00:00:00:12 --mangle-target DROP
arptables -A OUTPUT -j CLASSIFY --set-class 1:2
arptables -A OUTPUT -j MARK --set-mark 5
arptables -A OUTPUT -j MARK --or-mark 5
arptables -N USER
arptables -A INPUT -j USER
arptables -A USER -j RETURN
arptables -I INPUT 2 -s 10.0.0.9 -j ACCEPT
arptables -P INPUT DROP
arptables -L
arptables -L -n
arptables -L -n -v
arptables -L INPUT -n --line-numbers | head -3
arptables -S
arptables-save | grep -v '^#' >saved
cat saved
arptables -D INPUT 1
arptables -D INPUT -s 10.0.0.9 -j ACCEPT
arptables -D INPUT 99
arptables -X USER
arptables -D INPUT -j USER
arptables -F USER
arptables -X USER
arptables -F
arptables-restore <saved
arptables-save | grep -v '^#' | cksum
cksum <saved
