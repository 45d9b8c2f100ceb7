# A node of Kubernetes: kube-proxy in mode iptables, as its documentation gives the rules, pods on a bridge.
. ./kube-pods.sh
iptables-restore <data/kube-proxy-iptables/iptables.save
