#!/bin/bash
# The words of sctp, dccp and ipcomp: ports, chunks, types, and mistakes.
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; iptables -t $tb -F; iptables -t $tb -A $ch "$@" || echo "= $?"; iptables -t $tb -S $ch | grep -- ^-A; iptables -t $tb -nL $ch | sed 1,2d;  iptables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
f -p sctp -m sctp --dport 80
f -p sctp -m sctp ! --sport 80:90 --dport 5 --chunk-types any DATA,INIT
f -p sctp -m sctp --chunk-types all DATA:BE,INIT
f -p sctp -m sctp ! --chunk-types only SHUTDOWN_COMPLETE:T
f -p sctp -m sctp --chunk-types any ALL
f -p sctp -m sctp --chunk-types any NONE
f -p sctp -m sctp --chunk-types foo DATA
f -p sctp -m sctp --chunk-types any FOO
f -p sctp --dport 80
f -p sctp -m sctp
f -m sctp --dport 80
f -p sctp -m sctp --chunk-types any ABORT:t,RE_CONFIG,I_DATA,FORWARD_TSN,ASCONF,ASCONF_ACK,PAD,NR_SACK,SACK,0x42
f -p dccp -m dccp --dport 80
f -p dccp -m dccp ! --sport 80:90 --dport 1:2 --dccp-types REQUEST,RESPONSE
f -p dccp -m dccp ! --dccp-types INVALID
f -p dccp -m dccp --dccp-option 5
f -p dccp -m dccp --dccp-types FOO
f -p dccp --dport 80
f -p ipcomp -m ipcomp --ipcompspi 1:5
f -p ipcomp -m ipcomp ! --ipcompspi 7 --compres
f -p sctp -m sctp --chunk-types any DATA:Be,INIT,INIT_ACK,SACK,HEARTBEAT,HEARTBEAT_ACK,ABORT:t,SHUTDOWN,SHUTDOWN_ACK,ERROR,COOKIE_ECHO,COOKIE_ACK,ECN_ECNE,ECN_CWR,SHUTDOWN_COMPLETE
f -p sctp -m sctp --chunk-types any ASCONF,ASCONF_ACK,FORWARD_TSN
f -p sctp -m sctp --chunk-types any I_DATA
f -p sctp -m sctp --chunk-types any RE_CONFIG
f -p sctp -m sctp --chunk-types any PAD
f -p sctp -m sctp --chunk-types any INIT:T
f -p sctp -m sctp --chunk-types ALL data:IUBEiube
f -p sctp -m sctp --sport :5 --dport 7:
f -p sctp -m sctp --sport foo
f -p sctp -m sctp --sport http
f -p dccp -m dccp --dccp-types REQUEST,RESPONSE,DATA,ACK,DATAACK,CLOSEREQ,CLOSE,RESET,SYNC,SYNCACK,INVALID
f -p dccp -m dccp --dccp-types request ! --dccp-option 7
f -p dccp -m dccp --dccp-option 0
f -p dccp -m dccp
f -p ipcomp -m ipcomp
f -p ipcomp -m ipcomp --compres
f -p ipcomp -m ipcomp --ipcompspi 0:4294967295
f -p ah -m ah
f -p esp -m esp
