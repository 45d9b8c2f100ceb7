# Sets of addresses with ports: protocols by name, services, ranges, types of ICMP.
members() { ipset list "$1" | sed '1,/^Members/d' | sort; }
ipset create hp hash:ip,port
ipset add hp 10.0.0.1,80
ipset add hp 10.0.0.1,udp:53
ipset add hp 10.0.0.1,ssh
ipset add hp 10.0.0.2,tcp:80-82
ipset add hp 10.0.0.3,icmp:ping
ipset add hp 10.0.0.4,icmp:3/1
ipset add hp 10.0.0.5,esp:0
ipset add hp 10.0.0.6,esp:5
ipset add hp 10.0.0.6,nosuch:5
ipset add hp 10.0.0.6,tcp:70000
ipset add hp 10.0.0.6
ipset add hp 10.0.0.6,80,90
members hp
ipset test hp 10.0.0.2,tcp:81
ipset test hp 10.0.0.2,udp:81
ipset create hpi hash:ip,port,ip
ipset add hpi 10.0.0.1,80,10.9.9.9
ipset test hpi 10.0.0.1,80,10.9.9.9
members hpi
ipset create hpn hash:ip,port,net
ipset add hpn 10.0.0.1,tcp:80,10.9.0.0/16
ipset test hpn 10.0.0.1,80,10.9.3.3
members hpn
ipset create np hash:net,port
ipset add np 10.0.0.0/8,tcp:443
ipset test np 10.3.3.3,443
members np
