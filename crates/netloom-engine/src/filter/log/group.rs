//! A packet for the program that listens to a group (`nfnetlink_log`): with its devices, the header that
//! it came with, its mark and whose it is. Left out: what its connection is like, numbers of messages.

use crate::device::DevId;
use crate::filter::facts::{Facts, Proto};
use crate::filter::xt;
use crate::net::Net;
use crate::notify;
use crate::packet::Packet;
use crate::socket::sender::Sender;
use netloom_model::notice::{About, Logged};
use netloom_model::ruleset::TableFamily;

/// `ARPHRD_ETHER`, `ARPHRD_LOOPBACK`, `ARPHRD_NONE`.
const ETHER: u16 = 1;
const LOOPBACK: u16 = 772;
const NONE: u16 = 0xfffe;

/// Hands a packet to the program of a group.
pub(super) fn tell(
    net: &mut Net,
    (group, prefix, snaplen): (u16, &str, Option<u32>),
    facts: &Facts,
    packet: &Packet,
) {
    notify::logged(net, facts.ns, group, |net| {
        let index = |dev: DevId| dev.some().map_or(0, |dev| net.dev(dev).index);
        let both = (index(facts.input), index(facts.output));
        let bridge = |dev: DevId| {
            let master = dev.some().and_then(|dev| net.dev(dev).master);
            master.map_or(0, index)
        };
        let (devices, ports) = match facts.proto {
            Proto::Bridge => ((bridge(facts.input), bridge(facts.output)), both),
            _ => (both, (0, 0)),
        };
        let bytes = packet.network();
        let kept = snaplen.map_or(bytes.len(), |most| bytes.len().min(most as usize));
        About::Logged(Box::new(Logged {
            group,
            prefix: prefix.to_owned(),
            hook: facts.hook,
            ethertype: packet.ethertype.0,
            family: family(facts.proto),
            devices,
            ports,
            header: facts.input.some().and_then(|dev| header(net, dev, packet)),
            mark: packet.mark,
            user: match xt::sender(net, facts, packet) {
                Some(Sender::Program { uid, gid }) => Some((uid, gid)),
                _ => None,
            },
            bytes: bytes[..kept].to_vec(),
        }))
    });
}

const fn family(proto: Proto) -> TableFamily {
    match proto {
        Proto::V4 => TableFamily::Ip,
        Proto::V6 => TableFamily::Ip6,
        Proto::Arp => TableFamily::Arp,
        Proto::Bridge => TableFamily::Bridge,
        Proto::Netdev => TableFamily::Netdev,
    }
}

/// The type of the device that a packet came by, and the header that it came with.
fn header(net: &Net, dev: DevId, packet: &Packet) -> Option<(u16, Vec<u8>)> {
    let device = net.dev(dev);
    if !device.kind.has_ethernet() && !device.is_loopback() {
        return Some((NONE, Vec::new()));
    }
    let kind = match device.is_loopback() {
        true => LOOPBACK,
        false => ETHER,
    };
    Some((kind, packet.link_header()?.to_vec()))
}
