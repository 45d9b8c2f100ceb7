#!/bin/bash
# sctp and dccp: ports, chunks with their flags, types and options; esp, ah and ipcomp: indices.
ip link set lo up
# A packet, as it stands here, comes by a TUN.
inject() { local i; for ((i = 0; i < ${#1}; i += 2)); do printf "\\x${1:i:2}"; done | socat -u - TUN:10.9.0.1/24,tun-name=t0,iff-no-pi,up 2>/dev/null; }
i() { iptables -A INPUT "$@"; }
i -p sctp -m sctp --dport 80
i -p sctp -m sctp ! --sport 5000
i -p sctp -m sctp --chunk-types any DATA,INIT
i -p sctp -m sctp --chunk-types all DATA,INIT
i -p sctp -m sctp --chunk-types only INIT
i -p sctp -m sctp --chunk-types any DATA:B
i -p sctp -m sctp --chunk-types any DATA:bE
i -p sctp -m sctp ! --chunk-types any ABORT:T
i -p sctp -m sctp --chunk-types any ALL
i -p sctp -m sctp --chunk-types only NONE
i -p dccp -m dccp --dport 90
i -p dccp -m dccp --sport 1:100
i -p dccp -m dccp --dccp-types REQUEST
i -p dccp -m dccp ! --dccp-types REQUEST,DATA
i -p dccp -m dccp --dccp-types INVALID
i -p dccp -m dccp --dccp-option 41
i -p dccp -m dccp ! --dccp-option 41
i -p dccp -m multiport --dports 90,91
i -p esp -m esp --espspi 1:5
i -p esp -m esp ! --espspi 3
i -p ah -m ah --ahspi 9
i -p ah -m ah --ahspi 1:5
i -p ipcomp -m ipcomp --ipcompspi 2
i -p ipcomp -m ipcomp --compres
i -p udplite -m multiport --sports 7
i -p udplite -m multiport --dports 9
# INIT; DATA that begins and ends; DATA in the middle and an INIT; ABORT with its flag.
inject 4500003400010000408466310a0900020a0900011388005000000007000000000100001400000000000000000000000000000000
inject 4500003400010000408466310a0900020a0900011388005000000007000000000003001100000000000000000000000078000000
inject 45000048000100004084661d0a0900020a09000117700050000000070000000000000011000000000000000000000000780000000100001400000000000000000000000000000000
inject 4500002400010000408466410a0900020a09000113880050000000070000000006010004
# REQUEST; DATA with options; an invalid type.
inject 4500002800010000402166a00a0900020a0900011388005a05000000010000000000000500000000
inject 4500002c000100004021669c0a0900020a0900011388005a0600000005000000000000050100290600000000
inject 4500002c000100004021669c0a0900020a0900010032005a0600000019000000000000050000000000000000
# ESP of index 3, AH of index 9, IPComp of index 2, UDP-Lite from 7 to 9.
inject 4500002c000100004032668b0a0900020a090001000000030000000100000000000000000000000000000000
inject 4500002c000100004033668a0a0900020a0900013b0400000000000900000001000000000000000000000000
inject 4500002000010000406c665d0a0900020a090001040000020000000000000000
inject 4500002100010000408866400a0900020a090001000700090000000068656c6c6f
iptables -nvxL INPUT | sed 1,2d
