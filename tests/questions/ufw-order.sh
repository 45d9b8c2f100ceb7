# ufw denied a network and then allowed a port: the first rule that matches decides.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
listen host tcp 22
iptables -P INPUT DROP
iptables -N ufw-before-input
iptables -N ufw-user-input
iptables -A INPUT -j ufw-before-input
iptables -A ufw-before-input -i lo -j ACCEPT
iptables -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A ufw-before-input -j ufw-user-input
iptables -A ufw-user-input -s 192.0.2.0/24 -j DROP
iptables -A ufw-user-input -p tcp --dport 22 -j ACCEPT
ask lan tcp 192.0.2.1 22
