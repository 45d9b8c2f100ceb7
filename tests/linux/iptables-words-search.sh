#!/bin/bash
# The words of string and u32: as -S and -L list them, and mistakes.
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; iptables -t $tb -F; iptables -t $tb -A $ch "$@" || echo "= $?"; iptables -t $tb -S $ch | grep -- ^-A; iptables -t $tb -nL $ch | sed 1,2d;  iptables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
f -m string --algo bm --string hello
f -m string --algo kmp --string "GET /" --from 40 --to 100
f -m string --algo bm ! --string hello --icase
f -m string --algo bm --hex-string '|de ad|be'
f -m string --algo bm --hex-string 'abc'
f -m string --algo bm --hex-string '|0d0a|end|00|' --to 200
f -m string --algo bm --string 'with"quote\and'
f -m string --algo kmp ! --hex-string '|ff|' --from 3
f -m string --algo foo --string hello
f -m string --algo bm --hex-string '|xx|'
f -m string --algo bm --hex-string '|de'
f -m string --algo bm --hex-string '|d|'
f -m string --algo bm --string ''
f -m string --algo bm
f -m string --string x
f -m string --algo bm --string a --hex-string b
f -m string --algo bm --string a --from 70000
f -m u32 --u32 "6&0xFF=1"
f -m u32 --u32 "0&0xFFFF=0x100:0xFFFF"
f -m u32 ! --u32 "6 & 0xFF = 6 && 4 & 0x1FFF = 0 && 0 >> 22 & 0x3C @ 0 >> 24 = 0,3:5"
f -m u32 --u32 "0>>22&0x3C@12>>26&0x3C@0=0x12345678"
f -m u32 --u32 "3<<1=2"
f -m u32 --u32 ""
f -m u32 --u32 "x"
f -m u32 --u32 "6&0xFF"
f -m u32 --u32 "6&0xFF="
f -m u32 --u32 "6=1:"
f -m u32 --u32 "6&0xFF=1&&"
f -m u32 --u32 "6&0xFF=1 7"
f -m u32 --u32 "6!1=2"
f -m u32 --u32 "6<1=2"
f -m u32
f -m string --algo bm --string abc --string def
f -m string --algo bm --hex-string 'a|41 42|b\|c'
f -m string --algo bm --string 'ends\'
f -m string --algo bm --string "it's"
f -m u32 --u32 "0&1&2>>3<<4@5=1:2,3&&6=07"
f -m u32 --u32 "=5"
f -m u32 --u32 "5=&&6=1"
f -m u32 --u32 "5=1&6"
f -m u32 --u32 "5>6"
f -m u32 --u32 "5=0x1ffffffff"
