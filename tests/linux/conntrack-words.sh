# What conntrack's words mean: filters, what goes together, and what does not.
c() { echo "> conntrack $*"; conntrack "$@" 2>&1 | sed -E 's/^((ipv. +[0-9]+ )?[a-z0-9]+ +[0-9]+) [0-9]+/\1 T/; s/ -t [0-9]+/ -t T/; s/ id=[0-9]+$/ id=N/' | sort; s=${PIPESTATUS[0]}; [ $s = 0 ] || echo "exit status $s"; }
c -L -o xml
c -L expect -o xml
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 1000
c -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 -m 5 --src-nat 1.2.3.4
c -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 13 --dport 20 -t 1000 --state SYN_SENT -n 9.9.9.9:99 -g 8.8.8.8
c -I -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 --state ESTABLISHED --orig-vtag 5 --reply-vtag 6 -t 1000
c -I -p dccp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 -t 1000
c -I -p dccp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2 --state OPEN -t 1000
c -I -p udp -s 10.0.0.5 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 -w 3
c -I -p udp -s 10.0.0.6 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 --orig-zone 4
c -I -p udp -s 10.0.0.8 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 -u FIXED_TIMEOUT
c -I -p udp -s 10.0.0.9 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 -u EXPECTED
c -I -p udp -s 10.0.0.10 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 -u OFFLOAD
c -I -p udp -s 10.0.0.11 -d 10.0.0.2 --sport 11 --dport 20 -t 1000 -c 5
c -I -p udp -s 10.0.0.0/24 -d 10.0.0.2 --sport 11 --dport 20 -t 1000
c -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 15 --dport 2 -t 500 -f ipv6
# By its answers alone.
c -I -p udp --reply-src 10.0.0.13 --reply-dst 10.0.0.14 --reply-port-src 4 --reply-port-dst 6 -t 1000
c -I -p 99 --reply-src 10.0.0.13 --reply-dst 10.0.0.14 -t 1000
c -L
# How it is written.
c -L -p udp -o save
c -L -o save,extended
c -L -p tcp -o Ext
c -L -p tcp -o bogus
# Which of them.
c -L -n 1.2.3.4
c -L -n1.2.3.4
c -L -w 0 -p udp
c -L -u assured
c -L -u ASS,seen
c -L -u bogus
c -L -p sctp --orig-vtag 5
c -L -p dccp --state BOGUS
c -L -p dccp --role foo
c -L -i 5
c -L -e new
c -L -s 10.0.0.1 -f ipv6
c -G -p udp -s 10.0.0.5 -d 10.0.0.2 --sport 11 --dport 20
c -G -p udp -s 10.0.0.5 -d 10.0.0.2 --sport 11 --dport 20 -w 3
c -G -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 -o id
c -G -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 10 --dport 20 --state CLOSE
c -G -p tcp -s 10.0.0.1/32 -d 10.0.0.2 --sport 10 --dport 20
c -G -p tcp -r 10.0.0.2 -q 10.0.0.1 --reply-port-src 20 --reply-port-dst 10
# What cannot be changed.
c -U -p tcp --sport 10 -s 10.0.0.1 -u EXPECTED
c -U -p tcp --sport 10 -s 10.0.0.1 -u OFFLOAD
c -D -p sctp --orig-vtag 9
for k in C D F G I S; do c -$k dying; done
# Files of commands: all of them are read first.
f() { printf "$1" >file; echo "> $1"; conntrack -R file 2>&1; echo "exit status $?"; }
c -R
f '-A -p udp -s 10.0.1.1 -d 10.0.0.2 --sport 3 --dport 2 -t 500\n# this too\n-A -p udp -s 10.0.1.1\n'
f '-L\n'
f '-D -p 99\n-G -p tcp\n'
f '-F expect\n'
f 'garbage\n'
f '-A -p udp -s 10.0.1.1 -d 10.0.0.2 --sport 3 --dport 2 -t 500\n-D -p 99\n'
rm file
c -L -s 10.0.1.1
c -L -p 99
