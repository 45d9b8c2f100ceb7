# An entry that was set by hand has an address that nobody listens to.
bridge_of br0 10.0.0.1/24
container web br0 10.0.0.2/24
ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:99 dev br0 nud permanent
ask host ping 10.0.0.2
