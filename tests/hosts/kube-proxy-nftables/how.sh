# A node of Kubernetes: kube-proxy in mode nftables, as its documentation gives the rules, pods on a bridge.
. ./kube-pods.sh
nft -f data/kube-proxy-nftables/ruleset.nft
