//! The numbers of `nf_tables` for what the model has names for (`linux/netfilter/nf_tables.h`).

use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::{CtKey, FibResult, IpSecKey, MetaKey, RtKey, SocketKey};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::{ChainKind, DataType, Expr, Hook, ObjectKind, TableFamily};

/// The families (`NFPROTO_*`).
const FAMILIES: [(TableFamily, u8); 6] = [
    (TableFamily::Inet, 1),
    (TableFamily::Ip, 2),
    (TableFamily::Arp, 3),
    (TableFamily::Netdev, 5),
    (TableFamily::Bridge, 7),
    (TableFamily::Ip6, 10),
];

/// The number of one of several.
fn number_of<T: PartialEq, N: Copy>(rows: &[(T, N)], wanted: &T) -> Option<N> {
    rows.iter().find(|row| row.0 == *wanted).map(|row| row.1)
}

fn by_number<T: Copy, N: Copy + PartialEq>(rows: &[(T, N)], wanted: N) -> Option<T> {
    rows.iter().find(|row| row.1 == wanted).map(|row| row.0)
}

/// The number of a family.
#[must_use]
pub fn family(family: TableFamily) -> u8 {
    number_of(&FAMILIES, &family).unwrap_or(0)
}

/// The family of a number.
#[must_use]
pub fn family_of(number: u8) -> Option<TableFamily> {
    by_number(&FAMILIES, number)
}

/// The number of a hook in a family, and the hook of a number.
const IP_HOOKS: [(Hook, u32); 6] = [
    (Hook::Prerouting, 0),
    (Hook::Input, 1),
    (Hook::Forward, 2),
    (Hook::Output, 3),
    (Hook::Postrouting, 4),
    (Hook::Ingress, 5),
];
const ARP_HOOKS: [(Hook, u32); 3] = [(Hook::Input, 0), (Hook::Output, 1), (Hook::Forward, 2)];
const DEVICE_HOOKS: [(Hook, u32); 2] = [(Hook::Ingress, 0), (Hook::Egress, 1)];

const fn hooks(family: TableFamily) -> &'static [(Hook, u32)] {
    match family {
        TableFamily::Arp => &ARP_HOOKS,
        TableFamily::Netdev => &DEVICE_HOOKS,
        _ => &IP_HOOKS,
    }
}

/// The number of a hook; one that the family does not have has the number of none.
pub(super) fn hook(family: TableFamily, hook: Hook) -> u32 {
    number_of(hooks(family), &hook).unwrap_or(u32::MAX)
}

pub(super) fn hook_of(family: TableFamily, number: u32) -> Option<Hook> {
    by_number(hooks(family), number)
}

pub(super) fn chain_kind_of(name: &str) -> Option<ChainKind> {
    let all = [ChainKind::Filter, ChainKind::Nat, ChainKind::Route];
    all.into_iter().find(|kind| kind.name() == name)
}

/// `NFT_OBJECT_*`.
const OBJECTS: [(ObjectKind, u32); 8] = [
    (ObjectKind::Counter, 1),
    (ObjectKind::Quota, 2),
    (ObjectKind::CtHelper, 3),
    (ObjectKind::Limit, 4),
    (ObjectKind::CtTimeout, 7),
    (ObjectKind::Secmark, 8),
    (ObjectKind::CtExpectation, 9),
    (ObjectKind::Synproxy, 10),
];

pub(super) fn object(kind: ObjectKind) -> u32 {
    number_of(&OBJECTS, &kind).unwrap_or(0)
}

pub(super) fn object_of(number: u32) -> Option<ObjectKind> {
    by_number(&OBJECTS, number)
}

/// `NFT_PAYLOAD_*_HEADER`.
const LAYERS: [(Layer, u32); 4] = [
    (Layer::Link, 0),
    (Layer::Network, 1),
    (Layer::Transport, 2),
    (Layer::Inner, 3),
];

pub(super) fn layer(layer: Layer) -> u32 {
    number_of(&LAYERS, &layer).unwrap_or(0)
}

pub(super) fn layer_of(number: u32) -> Option<Layer> {
    by_number(&LAYERS, number)
}

/// `NFT_META_*`.
const META: [(MetaKey, u32); 35] = [
    (MetaKey::Length, 0),
    (MetaKey::Protocol, 1),
    (MetaKey::Priority, 2),
    (MetaKey::Mark, 3),
    (MetaKey::Iif, 4),
    (MetaKey::Oif, 5),
    (MetaKey::IifName, 6),
    (MetaKey::OifName, 7),
    (MetaKey::IifType, 8),
    (MetaKey::OifType, 9),
    (MetaKey::SkUid, 10),
    (MetaKey::SkGid, 11),
    (MetaKey::NfTrace, 12),
    (MetaKey::RtClassId, 13),
    (MetaKey::Secmark, 14),
    (MetaKey::NfProto, 15),
    (MetaKey::L4Proto, 16),
    (MetaKey::IbrName, 17),
    (MetaKey::ObrName, 18),
    (MetaKey::PktType, 19),
    (MetaKey::Cpu, 20),
    (MetaKey::IifGroup, 21),
    (MetaKey::OifGroup, 22),
    (MetaKey::Cgroup, 23),
    (MetaKey::Random, 24),
    (MetaKey::IpSec, 25),
    (MetaKey::IifKind, 26),
    (MetaKey::OifKind, 27),
    (MetaKey::IbrPvid, 28),
    (MetaKey::IbrVproto, 29),
    (MetaKey::Time, 30),
    (MetaKey::Day, 31),
    (MetaKey::Hour, 32),
    (MetaKey::Sdif, 33),
    (MetaKey::SdifName, 34),
];

pub(super) fn meta(key: MetaKey) -> u32 {
    number_of(&META, &key).unwrap_or(u32::MAX)
}

pub(super) fn meta_of(number: u32) -> Option<MetaKey> {
    by_number(&META, number)
}

/// `NFT_CT_*`.
const CT: [(CtKey, u32); 22] = [
    (CtKey::State, 0),
    (CtKey::Direction, 1),
    (CtKey::Status, 2),
    (CtKey::Mark, 3),
    (CtKey::Secmark, 4),
    (CtKey::Expiration, 5),
    (CtKey::Helper, 6),
    (CtKey::L3Proto, 7),
    (CtKey::Protocol, 10),
    (CtKey::ProtoSrc, 11),
    (CtKey::ProtoDst, 12),
    (CtKey::Label, 13),
    (CtKey::Packets, 14),
    (CtKey::Bytes, 15),
    (CtKey::AvgPkt, 16),
    (CtKey::Zone, 17),
    (CtKey::Event, 18),
    (CtKey::IpSaddr, 19),
    (CtKey::IpDaddr, 20),
    (CtKey::Ip6Saddr, 21),
    (CtKey::Ip6Daddr, 22),
    (CtKey::Id, 23),
];

pub(super) fn ct(key: CtKey) -> u32 {
    number_of(&CT, &key).unwrap_or(u32::MAX)
}

/// The key of a number; those of addresses may be without their family.
pub(super) fn ct_of(number: u32, family: TableFamily) -> Option<CtKey> {
    match (number, family) {
        (8, TableFamily::Ip) => Some(CtKey::IpSaddr),
        (9, TableFamily::Ip) => Some(CtKey::IpDaddr),
        (8, TableFamily::Ip6) => Some(CtKey::Ip6Saddr),
        (9, TableFamily::Ip6) => Some(CtKey::Ip6Daddr),
        _ => by_number(&CT, number),
    }
}

/// `NFT_RT_*`.
const RT: [(RtKey, u32); 5] = [
    (RtKey::ClassId, 0),
    (RtKey::NextHop4, 1),
    (RtKey::NextHop6, 2),
    (RtKey::Mtu, 3),
    (RtKey::IpSec, 4),
];

pub(super) fn rt(key: RtKey) -> u32 {
    number_of(&RT, &key).unwrap_or(u32::MAX)
}

pub(super) fn rt_of(number: u32) -> Option<RtKey> {
    by_number(&RT, number)
}

/// `NFT_SOCKET_*`.
const SOCKETS: [(SocketKey, u32); 4] = [
    (SocketKey::Transparent, 0),
    (SocketKey::Mark, 1),
    (SocketKey::Wildcard, 2),
    (SocketKey::CgroupV2, 3),
];

pub(super) fn socket(key: SocketKey) -> u32 {
    number_of(&SOCKETS, &key).unwrap_or(u32::MAX)
}

pub(super) fn socket_of(number: u32) -> Option<SocketKey> {
    by_number(&SOCKETS, number)
}

/// `NFT_XFRM_KEY_*`.
const XFRM: [(IpSecKey, u32); 6] = [
    (IpSecKey::Daddr4, 1),
    (IpSecKey::Daddr6, 2),
    (IpSecKey::Saddr4, 3),
    (IpSecKey::Saddr6, 4),
    (IpSecKey::ReqId, 5),
    (IpSecKey::Spi, 6),
];

pub(super) fn xfrm(key: IpSecKey) -> u32 {
    number_of(&XFRM, &key).unwrap_or(u32::MAX)
}

pub(super) fn xfrm_of(number: u32) -> Option<IpSecKey> {
    by_number(&XFRM, number)
}

/// `NFT_FIB_RESULT_*`.
const FIB: [(FibResult, u32); 3] = [
    (FibResult::Oif, 1),
    (FibResult::OifName, 2),
    (FibResult::Type, 3),
];

pub(super) fn fib(result: FibResult) -> u32 {
    number_of(&FIB, &result).unwrap_or(1)
}

pub(super) fn fib_of(number: u32) -> Option<FibResult> {
    by_number(&FIB, number)
}

/// The numbers by which nft remembers the types of sets; the kernel keeps them.
const TYPES: [(DataType, u32); 44] = [
    (DataType::Verdict, 1),
    (DataType::NfProto, 2),
    (DataType::String, 5),
    (DataType::LlAddr, 6),
    (DataType::Ipv4Addr, 7),
    (DataType::Ipv6Addr, 8),
    (DataType::EtherAddr, 9),
    (DataType::EtherType, 10),
    (DataType::ArpOp, 11),
    (DataType::InetProto, 12),
    (DataType::InetService, 13),
    (DataType::IcmpType, 14),
    (DataType::TcpFlag, 15),
    (DataType::DccpPktType, 16),
    (DataType::MhType, 17),
    (DataType::Duration, 18),
    (DataType::Mark, 19),
    (DataType::IfaceIndex, 20),
    (DataType::IfaceType, 21),
    (DataType::Realm, 22),
    (DataType::ClassId, 23),
    (DataType::Uid, 24),
    (DataType::Gid, 25),
    (DataType::CtState, 26),
    (DataType::CtDir, 27),
    (DataType::CtStatus, 28),
    (DataType::Icmpv6Type, 29),
    (DataType::CtLabel, 30),
    (DataType::PktType, 31),
    (DataType::IcmpCode, 32),
    (DataType::Icmpv6Code, 33),
    (DataType::IcmpxCode, 34),
    (DataType::DevGroup, 35),
    (DataType::Dscp, 36),
    (DataType::Ecn, 37),
    (DataType::FibAddrType, 38),
    (DataType::Boolean, 39),
    (DataType::CtEvent, 40),
    (DataType::IfName, 41),
    (DataType::IgmpType, 42),
    (DataType::Time, 43),
    (DataType::Hour, 44),
    (DataType::Day, 45),
    (DataType::CgroupV2, 46),
];

/// The number of a type that says only how long it is.
const INTEGER: u32 = 4;
/// How many bits of the number of several types one has.
const TYPE_BITS: u32 = 6;

/// The number of several types, one behind the other.
pub(super) fn types(types: &[DataType]) -> u32 {
    let one = |ty: &DataType| number_of(&TYPES, ty).unwrap_or(INTEGER);
    types.iter().fold(0, |all, ty| all << TYPE_BITS | one(ty))
}

/// The types of a number, whose constants have so many bytes in all. Those that say no length of their
/// own have what the others leave.
pub(super) fn types_of(number: u32, len: usize) -> Vec<DataType> {
    let mut all = Vec::new();
    let mut rest = number;
    while rest != 0 {
        let one = rest & ((1 << TYPE_BITS) - 1);
        all.insert(0, by_number(&TYPES, one));
        rest >>= TYPE_BITS;
    }
    if all.is_empty() {
        all.push(None);
    }
    let several = all.len() > 1;
    let room = |ty: DataType| match several {
        true => ty.len().next_multiple_of(4),
        false => ty.len(),
    };
    let known: usize = all.iter().flatten().map(|ty| room(*ty)).sum();
    let left = len.saturating_sub(known);
    let whole = |ty: Option<DataType>| match ty {
        Some(ty) => ty,
        None => DataType::Integer((8 * left).min(128) as u16),
    };
    all.into_iter().map(whole).collect()
}

/// In which order the bytes of an expression stand in the kernel's registers.
pub(super) fn order(expr: &Expr) -> Order {
    let of = |ty: DataType| match ty {
        DataType::Integer(_) => Order::Host,
        ty => ty.order(),
    };
    match expr {
        Expr::Ct(CtKey::Id, _) => Order::Packet,
        Expr::Meta(key) => of(key.datatype()),
        Expr::Ct(key, _) => of(key.datatype()),
        Expr::Rt(key) => of(key.datatype()),
        Expr::Socket(key) => of(key.datatype()),
        Expr::Fib { result, .. } => of(result.datatype()),
        Expr::Numgen { .. }
        | Expr::Hash { .. }
        | Expr::SocketCgroup(_)
        | Expr::IpSec {
            key: IpSecKey::ReqId,
            ..
        } => Order::Host,
        Expr::Osf { .. } => Order::Text,
        Expr::Bits(_, left, _) => order(left),
        _ => Order::Packet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_one_behind_the_other_come_back() {
        let several = [DataType::Ipv4Addr, DataType::InetService, DataType::Mark];
        assert_eq!(types_of(types(&several), 12), several);
        let lone = [DataType::Integer(16)];
        assert_eq!(types_of(types(&lone), 2), lone);
    }

    #[test]
    fn a_hook_is_found_by_its_number() {
        for family in TableFamily::ALL {
            for (one, _) in hooks(family) {
                assert_eq!(hook_of(family, hook(family, *one)), Some(*one));
            }
        }
    }
}
