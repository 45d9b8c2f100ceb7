#!/bin/bash
# The words of time: hours, dates, days, and mistakes.
c() { local tb=$1 ch=$2; shift 2; echo "\$ -t $tb -A $ch $*"; iptables -t $tb -F; iptables -t $tb -A $ch "$@" || echo "= $?"; iptables -t $tb -S $ch | grep -- ^-A; iptables -t $tb -nL $ch | sed 1,2d;  iptables -t $tb -L $ch | sed 1,2d;}
f() { c filter INPUT "$@"; }
f -m time --timestart 08:00 --timestop 17:30
f -m time --datestart 2024-01-01 --datestop 2024-12-31T23:59:59
f -m time --weekdays Mon,Tue,fr
f -m time ! --weekdays Sa,Su
f -m time --monthdays 1,15,31
f -m time ! --monthdays 2
f -m time --weekdays 1,7 --kerneltz
f -m time --timestart 22:00 --timestop 02:00 --contiguous
f -m time --timestart 22:00 --contiguous
f -m time --utc --timestart 1:2:3
f -m time
f -m time --datestart 2024
f -m time --datestart 2024-13
f -m time --timestart 25:00
f -m time --weekdays Foo
f -m time --monthdays 32
f -m time --datestart 2024-02-03T10:11
f -m time --datestop 1960
f -m time --monthdays 1,3 --weekdays Mon --datestart 2020-02-03 --timestart 01:00
f -m time --timestart 24:00
f -m time --timestart 10:60
f -m time --utc --kerneltz
f -m time --datestart 2020-02-30
f -m time --datestart 2039
f -m time --weekdays 8
f -m time --weekdays Mon,
