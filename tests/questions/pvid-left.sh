# needs: vlan_filtering
# A switch whose port to one host carries VLAN 10 with a tag, and still has the VLAN that it was born with;
# the other host is in VLAN 10 without a tag. What goes there is in another VLAN than what comes back.
bridge_of br0 10.0.0.1/24
ip link set br0 type bridge vlan_filtering 1
container one br0 10.0.0.2/24
container two br0 10.0.0.3/24
bridge vlan add dev vone vid 10
bridge vlan add dev vtwo vid 10 pvid untagged
netloom lint --live --trap pvid-left
ask one ping 10.0.0.3
