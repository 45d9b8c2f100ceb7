//! Why Linux does what it does at a step: a sentence or two for those who learn, told at the first
//! step of each kind.

use netloom_model::journey::Stage;

/// What is worth knowing of a place in the packet path; empty where its name says it all.
pub(super) const fn of(stage: Stage) -> &'static str {
    match stage {
        Stage::PingSend => {
            "ping opens a socket and writes an echo request to it; the kernel fills in the \
             identifier and the checksum. Nothing has left the program's process yet: all up to \
             the device's transmit happens within its sendto(2)."
        }
        Stage::UdpSend => {
            "The datagram is routed before it is built, for the route gives the source address and \
             the room that headers will need."
        }
        Stage::RouteOutput | Stage::Route6Output => {
            "The rules are asked in the order of their numbers; each names a table; in a table the \
             longest prefix wins, then the lowest metric. The first table that has an answer ends \
             the search. The route gives the device, the next hop and, if it was open, the source."
        }
        Stage::LocalOut => "Here the netfilter hook OUTPUT sees the packet.",
        Stage::IpOutput => {
            "The packet has its route and its device; the hook POSTROUTING sees it here. What is \
             longer than the MTU is cut, or refused if it must not be cut."
        }
        Stage::Conntrack => {
            "The packet's addresses and ports are looked up in the table of connections. The first \
             packet of one makes an entry that counts only once the packet has left this host or \
             reached its program: what a rule drops leaves none."
        }
        Stage::Nat => {
            "Rules of nat are asked for the first packet of a connection alone; what they say is \
             kept with it, and every later packet, and every answer the other way round, is \
             written anew without asking."
        }
        Stage::Rules => {
            "The rules of a chain are asked from the first to the last. All parts of a rule must \
             match; most targets end the chain, some (LOG, MARK) go on to the next rule. Where \
             none decides, the chain's policy does. An ACCEPT ends this chain alone: the next one \
             at the hook is asked all the same; a DROP is final."
        }
        Stage::Neighbour => {
            "IP knows an address of the next hop, Ethernet needs another one: the neighbour table \
             has it, or the packet waits while ARP (IPv6: a neighbour solicitation) asks. A STALE \
             entry is used at once and checked later."
        }
        Stage::ArpSend => {
            "A request goes to everybody on the link, for nobody knows yet who has the address; \
             the answer comes to the asker alone."
        }
        Stage::DeviceTransmit => {
            "A physical device has a queue here (its qdisc) that its driver empties. A virtual one \
             has none (noqueue): the frame goes straight into the device's own transmit function."
        }
        Stage::VethTransmit => {
            "There is no wire: the frame is handed to the other end's receive path, in whatever \
             namespace that is."
        }
        Stage::BridgeTransmit => {
            "A bridge is also a device of this host: what the host sends by it is switched like \
             what a port receives."
        }
        Stage::LoopbackTransmit => "What is sent to this host itself turns around here.",
        Stage::Backlog => {
            "A driver would raise an interrupt and be polled by NAPI. A virtual device puts the \
             frame into this processor's backlog and raises the receive softirq; sending ends \
             here, and what follows runs later."
        }
        Stage::Receive => {
            "The softirq takes the frame out of the backlog (at most netdev_budget in a go). \
             Packet sockets (tcpdump) get their copy first, then the device's master if it has \
             one, then the protocol that the EtherType names."
        }
        Stage::PacketTap => "tcpdump sees the frame as it is at this moment, at this device.",
        Stage::BridgeReceive => {
            "The device is a port: its bridge takes the frame before any protocol does. This is why \
             an address on a port receives nothing."
        }
        Stage::BridgeVlanIn => {
            "Every frame in a bridge that filters is in one VLAN: its tag says which, or the PVID of \
             the port that it came by. A port takes frames of its own VLANs alone."
        }
        Stage::BridgeVlanOut => {
            "The port's entry for the VLAN says whether the frame leaves with its tag, for another \
             bridge, or without, for a host that knows of none."
        }
        Stage::BridgeLearn => {
            "The source address is behind the port it came from. The entry is forgotten after the \
             ageing time (300 s) unless it is seen again."
        }
        Stage::BridgeLookup => {
            "A known address goes out of its port alone; an address of the bridge itself goes up; \
             an unknown one goes everywhere."
        }
        Stage::BridgeForward => "Nothing of the frame changes: no TTL, no address.",
        Stage::BridgeFlood => {
            "Every port gets a copy but the one it came from; isolation, a port's flood flag and \
             its state take ports away."
        }
        Stage::StpReceive => {
            "Bridges tell each other of the best way to the root by these frames, which none of them \
             passes on; from what it hears a bridge decides which of its ports forward."
        }
        Stage::BridgeUp => {
            "The bridge's own device receives the frame: from here on it is this host's, as if the \
             bridge were a network card."
        }
        Stage::ArpReceive => {
            "Linux answers for any address of the host by any of its devices unless arp_ignore \
             forbids it, and learns the asker's address on the way: it will need it to answer."
        }
        Stage::NdpReceive => {
            "Neighbour discovery is ICMPv6: a solicitation goes to a group made of the last 24 bits \
             of the address, so that few hosts are bothered."
        }
        Stage::IpReceive | Stage::Ip6Receive => {
            "Version, lengths and (IPv4) the checksum must be right, or the packet ends here. Then \
             the hook PREROUTING sees it, and may change where it is going."
        }
        Stage::RouteInput | Stage::Route6Input => {
            "The same rules and tables decide between three ways: a local route means the packet \
             is for this host, another route means it is to be forwarded, none means an error goes \
             back."
        }
        Stage::SourceCheck => {
            "Would the way back to the source lead to where the packet came from? rp_filter 1 \
             demands this device, 2 any device, 0 does not ask; of all and the device the greater \
             counts."
        }
        Stage::IpForward | Stage::Ip6Forward => {
            "A router lowers the TTL by one, and by that changes the IPv4 checksum; at zero the \
             packet ends and its sender is told. The hook FORWARD sees it here."
        }
        Stage::LocalDeliver | Stage::Local6Deliver => {
            "The hook INPUT sees it, fragments have been joined, and the protocol field says who \
             gets it: ICMP, UDP, TCP, or a raw socket."
        }
        Stage::IcmpReceive | Stage::Icmp6Receive => {
            "The checksum is checked, then a table by the message's type says which handler it has."
        }
        Stage::IcmpEcho | Stage::Icmp6Echo => {
            "The answer is the request with its addresses exchanged and the same data; no program \
             of the host takes part. It is routed as a packet of its own: the way back need not be \
             the way forth."
        }
        Stage::IcmpSend | Stage::Icmp6Send => {
            "Errors quote the header of the packet that they are about, so that its sender finds \
             the socket. Never about an error, a broadcast or a later fragment, and at a limited \
             rate."
        }
        Stage::PingReceive => {
            "The identifier tells which ping waits for the reply; it wakes up, and prints its line."
        }
        Stage::UdpReceive | Stage::TcpReceive => {
            "The socket is found by addresses, ports and device; without one the sender is told: \
             port unreachable for UDP, a reset for TCP."
        }
        Stage::Fragment => {
            "Each piece is a packet of its own with the same identification; routers treat them \
             one by one, only the receiver joins them."
        }
        Stage::Reassembly => {
            "The pieces wait for each other by source, destination, protocol and identification, \
             for 30 seconds at most."
        }
        _ => "",
    }
}
