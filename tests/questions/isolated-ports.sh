# Both ports are isolated: they reach the bridge, and not one another.
bridge_of br0 10.0.0.1/24
container one br0 10.0.0.2/24
container two br0 10.0.0.3/24
bridge link set dev vone isolated on
bridge link set dev vtwo isolated on
ask one ping 10.0.0.3
ask one ping 10.0.0.1
