# A table lets in the ports of a set, and this one is not in it.
machine lan
wire host eth0 192.0.2.1/24 lan eth0 192.0.2.2/24
listen host tcp 8443
nft -f - <<'N'
table inet guard {
    set ports {
        type inet_service
        elements = { 22, 80, 443 }
    }
    chain in {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        iif lo accept
        tcp dport @ports accept
    }
}
N
ask lan tcp 192.0.2.1 8443
