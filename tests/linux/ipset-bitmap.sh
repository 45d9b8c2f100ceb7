# Sets with a bit for each element that there can be.
plain() { sed '/^Size in memory/d'; }
ipset create p bitmap:port range 1000-2000
ipset add p 1500
ipset add p 1600-1602
ipset add p 3000
ipset test p 1601
ipset test p 1603
ipset list p | plain
ipset create i bitmap:ip range 10.0.0.0/24
ipset add i 10.0.0.5
ipset add i 10.1.0.5
ipset list i | plain
ipset create n bitmap:ip range 10.0.0.0/24 netmask 28
ipset add n 10.0.0.17
ipset list n | plain
ipset create m bitmap:ip,mac range 10.0.0.0-10.0.0.255
ipset add m 10.0.0.7,02:00:00:00:00:01
ipset add m 10.0.0.8
ipset test m 10.0.0.7,02:00:00:00:00:01
ipset test m 10.0.0.7,02:00:00:00:00:02
ipset list m | plain
ipset create x bitmap:ip
ipset create x bitmap:port range 0-70000
