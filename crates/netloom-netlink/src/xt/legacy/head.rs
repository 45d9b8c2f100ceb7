//! What every rule can ask: devices, addresses, the protocol, fragments.

use super::super::layout::{Addr, Plain, V4};
use super::super::{compare, under};
use super::arp::{Arp, ArpHead};
use super::entry::{Head4, Head6, Tail};
use crate::xt::matches::device_mask_of;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{Expr, Field, Header, Statement, TableFamily, Value};

/// A number under a mask, asked for or not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) value: u128,
    pub(super) mask: u128,
    pub(super) not: bool,
}

/// What a rule asks in its head.
#[derive(Default)]
pub(super) struct Head {
    /// The device that it came by, and the one it leaves by: the bytes of the name that count.
    pub(super) devices: [Option<(Vec<u8>, bool)>; 2],
    pub(super) protocol: Option<(u8, bool)>,
    /// Source and destination.
    pub(super) addresses: [Option<Asked>; 2],
    /// Whether it is a fragment behind the first, or is not.
    fragment: Option<bool>,
    /// What of ARP is asked beside addresses of IP.
    pub(super) arp: Arp,
}

/// What is inverted (`IPT_INV_*`): devices and addresses have two bits each.
const NOT_DEVICE: [u8; 2] = [0x01, 0x02];
const NOT_ADDRESS: [u8; 2] = [0x08, 0x10];
const NOT_FRAGMENT: u8 = 0x20;
const NOT_PROTOCOL: u8 = 0x40;
/// Flags of IPv4 and of IPv6.
const FRAGMENT: u8 = 1;
const GOTO: u8 = 2;
const PROTOCOL6: u8 = 1;
const GOTO6: u8 = 4;

const DEVICES: [MetaKey; 2] = [MetaKey::IifName, MetaKey::OifName];

/// The fields of addresses.
const fn fields(family: TableFamily) -> [Field; 2] {
    match family {
        TableFamily::Ip6 => [Field::Ip6Saddr, Field::Ip6Daddr],
        TableFamily::Arp => [Field::ArpSaddrIp, Field::ArpDaddrIp],
        _ => [Field::IpSaddr, Field::IpDaddr],
    }
}

/// Every bit of a field.
pub(super) fn whole(field: Field) -> u128 {
    u128::MAX >> (128 - u32::from(field.bits()).clamp(1, 128))
}

/// The statement that compares a field with a number under a mask; a prefix is said as one where its
/// length is a multiple of `step`. None where every number will do.
pub(super) fn compared(field: Field, asked: Asked, step: u32) -> Option<Statement> {
    let Asked { value, mask, not } = asked;
    let all = whole(field);
    let (len, host) = (usize::from(field.bits()) / 8, all ^ mask);
    let number = |number| Value::number(number, len);
    let left = Expr::Field(field);
    let ones = mask.count_ones();
    if mask == 0 && !not {
        return None;
    }
    Some(if host == 0 {
        compare(left, not, Expr::Value(number(value)))
    } else if host & host.wrapping_add(1) == 0 && ones.is_multiple_of(step) {
        compare(left, not, Expr::Prefix(number(value & mask), ones as u8))
    } else {
        compare(
            under(left, number(mask)),
            not,
            Expr::Value(number(value & mask)),
        )
    })
}

/// The field that a statement compares with a number under a mask.
pub(super) fn asked(statement: &Statement) -> Option<(Field, Asked)> {
    let Statement::Match {
        left,
        relation: relation @ (Relation::Eq | Relation::Ne),
        right,
    } = statement
    else {
        return None;
    };
    let (field, value, mask) = match (left, right) {
        (Expr::Field(field), Expr::Value(value)) => (*field, value, whole(*field)),
        (Expr::Field(field), Expr::Prefix(value, len)) => {
            let host = whole(*field).checked_shr((*len).into()).unwrap_or(0);
            (*field, value, whole(*field) ^ host)
        }
        (Expr::Bits(BitOp::And, field, mask), Expr::Value(value)) => match (&**field, &**mask) {
            (Expr::Field(field), Expr::Value(mask)) => (*field, value, mask.to_number()?),
            _ => return None,
        },
        _ => return None,
    };
    let value = value.to_number()?;
    let not = *relation == Relation::Ne;
    Some((field, Asked { value, mask, not }))
}

/// The bytes of a device's name that count.
pub(super) fn device(name: [u8; 16], mask: [u8; 16], not: bool) -> Option<(Vec<u8>, bool)> {
    let counts = mask.iter().take_while(|byte| **byte == 0xff).count();
    (counts > 0).then(|| (name[..counts].to_vec(), not))
}

/// A device as it is written: its name, and the bytes of it that count.
pub(super) fn of_device(device: Option<&(Vec<u8>, bool)>) -> Option<([u8; 16], [u8; 16])> {
    let Some((bytes, _)) = device else {
        return Some(([0; 16], [0; 16]));
    };
    let end = bytes.iter().position(|byte| *byte == 0);
    let text = core::str::from_utf8(&bytes[..end.unwrap_or(bytes.len())]).ok()?;
    let text = match end {
        Some(_) => text.to_owned(),
        None => format!("{text}+"),
    };
    let mut name = [0; 16];
    name.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some((name, device_mask_of(&text)))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Head {
    pub(super) fn of4(head: &Head4) -> Head {
        let mut found = Head {
            protocol: protocol(head.protocol, head.inverted),
            ..Head::default()
        };
        for at in 0..2 {
            found.devices[at] = device(
                head.devices[at],
                head.device_masks[at],
                head.inverted & NOT_DEVICE[at] != 0,
            );
            found.addresses[at] = Some(Asked {
                value: number(head.addresses[at].0.into()),
                mask: number(head.masks[at].0.into()),
                not: head.inverted & NOT_ADDRESS[at] != 0,
            });
        }
        if head.flags & FRAGMENT != 0 {
            found.fragment = Some(head.inverted & NOT_FRAGMENT == 0);
        }
        found
    }

    pub(super) fn of6(head: &Head6) -> Head {
        let mut found = Head {
            protocol: protocol(head.protocol, head.inverted),
            ..Head::default()
        };
        for at in 0..2 {
            found.devices[at] = device(
                head.devices[at],
                head.device_masks[at],
                head.inverted & NOT_DEVICE[at] != 0,
            );
            found.addresses[at] = Some(Asked {
                value: u128::from_be_bytes(head.addresses[at].0),
                mask: u128::from_be_bytes(head.masks[at].0),
                not: head.inverted & NOT_ADDRESS[at] != 0,
            });
        }
        found
    }

    /// The statements of a rule up to its counter, in the order in which iptables' words are kept; a
    /// protocol that a match implies is not said.
    pub(super) fn statements(self, family: TableFamily, matches: Vec<Statement>) -> Vec<Statement> {
        let mut all = Vec::new();
        for (key, device) in DEVICES.into_iter().zip(self.devices) {
            if let Some((bytes, not)) = device {
                let value = match bytes.last() {
                    Some(0) => {
                        let mut whole = bytes;
                        whole.resize(IFNAME, 0);
                        Value::new(whole)
                    }
                    _ => Value::new(bytes),
                };
                all.push(compare(Expr::Meta(key), not, Expr::Value(value)));
            }
        }
        if let Some((protocol, not)) = self.protocol
            && !implies(&matches, protocol)
        {
            let value = Expr::Value(protocol.into());
            all.push(compare(Expr::Meta(MetaKey::L4Proto), not, value));
        }
        if family == TableFamily::Arp {
            all.extend(self.arp.statements(self.addresses));
        } else {
            for (field, asked) in fields(family).into_iter().zip(self.addresses) {
                all.extend(asked.and_then(|asked| compared(field, asked, 1)));
            }
        }
        if let Some(is) = self.fragment {
            let offset = under(Expr::Field(Field::IpFragOff), 0x1fff_u16);
            all.push(compare(offset, is, Expr::Value(0_u16.into())));
        }
        all.extend(matches);
        all
    }

    /// Takes what a statement asks, if it is of a head; none where that was asked already.
    pub(super) fn take(&mut self, family: TableFamily, statement: &Statement) -> Option<bool> {
        if let Statement::Match {
            left: Expr::Meta(key @ (MetaKey::IifName | MetaKey::OifName | MetaKey::L4Proto)),
            relation: relation @ (Relation::Eq | Relation::Ne),
            right: Expr::Value(value),
        } = statement
        {
            let not = *relation == Relation::Ne;
            return match DEVICES.iter().position(|known| known == key) {
                Some(at) => {
                    let end = value.bytes().iter().position(|byte| *byte == 0);
                    let counts = end.map_or(value.bytes().len(), |end| end + 1);
                    let bytes = value.bytes()[..counts].to_vec();
                    put(&mut self.devices[at], (bytes, not))
                }
                None => {
                    let protocol = u8::try_from(value.to_number()?).ok()?;
                    put(&mut self.protocol, (protocol, not))
                }
            };
        }
        let Some((field, found)) = asked(statement) else {
            return Some(false);
        };
        if let Some(at) = fields(family).iter().position(|known| *known == field) {
            return put(&mut self.addresses[at], found);
        }
        if family == TableFamily::Arp {
            return self.arp.take(field, found);
        }
        if family == TableFamily::Ip && field == Field::IpFragOff {
            let is = (found.value, found.mask) == (0, 0x1fff);
            is.then_some(())?;
            return put(&mut self.fragment, found.not);
        }
        Some(false)
    }

    /// The protocol that statements have which compare its fields; none where it is another one that is
    /// asked for.
    pub(super) fn implied(&mut self, statements: &[Statement]) -> Option<()> {
        let headers = statements.iter().filter_map(header);
        for protocol in headers.filter_map(Header::protocol) {
            match self.protocol {
                None => self.protocol = Some((protocol, false)),
                Some(known) if known == (protocol, false) => {}
                Some(_) => return None,
            }
        }
        Some(())
    }

    /// How many bytes it is.
    pub(super) fn len(&self, family: TableFamily) -> usize {
        let zero = || Vec::new();
        let mut out = zero();
        match family {
            TableFamily::Ip => Head4::zero().put(&mut out),
            TableFamily::Ip6 => Head6::zero().put(&mut out),
            _ => ArpHead::zero().put(&mut out),
        }
        out.len()
    }

    pub(super) fn bytes(&self, family: TableFamily, goto: bool, tail: Tail) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match family {
            TableFamily::Ip => self.head4(goto, tail)?.put(&mut out),
            TableFamily::Ip6 => self.head6(goto, tail)?.put(&mut out),
            _ => ArpHead::of(self, tail)?.put(&mut out),
        }
        Some(out)
    }

    /// What of it is inverted.
    fn inverted(&self) -> u8 {
        let bit = |not: bool, bit: u8| if not { bit } else { 0 };
        let mut all = bit(self.protocol.is_some_and(|(_, not)| not), NOT_PROTOCOL)
            | bit(self.fragment == Some(false), NOT_FRAGMENT);
        for at in 0..2 {
            let device = self.devices[at].as_ref().is_some_and(|(_, not)| *not);
            let address = self.addresses[at].is_some_and(|asked| asked.not);
            all |= bit(device, NOT_DEVICE[at]) | bit(address, NOT_ADDRESS[at]);
        }
        all
    }

    fn head4(&self, goto: bool, tail: Tail) -> Option<Head4> {
        let mut all = Head4::zero();
        for at in 0..2 {
            (all.devices[at], all.device_masks[at]) = of_device(self.devices[at].as_ref())?;
            let asked = self.addresses[at];
            let v4 = |bits: u128| Some(V4(Ipv4Addr::from_bits(u32::try_from(bits).ok()?)));
            all.addresses[at] = v4(asked.map_or(0, |asked| asked.value & asked.mask))?;
            all.masks[at] = v4(asked.map_or(0, |asked| asked.mask))?;
        }
        all.protocol = self.protocol.map_or(0, |(protocol, _)| protocol.into());
        all.flags = if goto { GOTO } else { 0 };
        all.flags |= if self.fragment.is_some() { FRAGMENT } else { 0 };
        (all.inverted, all.tail) = (self.inverted(), tail);
        Some(all)
    }

    fn head6(&self, goto: bool, tail: Tail) -> Option<Head6> {
        let mut all = Head6::zero();
        for at in 0..2 {
            (all.devices[at], all.device_masks[at]) = of_device(self.devices[at].as_ref())?;
            let asked = self.addresses[at];
            let v6 = |bits: u128| Addr::of(IpAddr::V6(Ipv6Addr::from_bits(bits)));
            all.addresses[at] = v6(asked.map_or(0, |asked| asked.value & asked.mask));
            all.masks[at] = v6(asked.map_or(0, |asked| asked.mask));
        }
        all.protocol = self.protocol.map_or(0, |(protocol, _)| protocol.into());
        all.flags = if goto { GOTO6 } else { 0 };
        all.flags |= if self.protocol.is_some() {
            PROTOCOL6
        } else {
            0
        };
        (all.inverted, all.tail) = (self.inverted(), tail);
        Some(all)
    }
}

/// Puts something where there is nothing yet.
pub(super) fn put<T>(place: &mut Option<T>, found: T) -> Option<bool> {
    place.replace(found).is_none().then_some(true)
}

fn protocol(number: u16, inverted: u8) -> Option<(u8, bool)> {
    let number = u8::try_from(number).ok().filter(|number| *number != 0)?;
    Some((number, inverted & NOT_PROTOCOL != 0))
}

/// The header whose field a statement compares.
fn header(statement: &Statement) -> Option<Header> {
    let Statement::Match { left, .. } = statement else {
        return None;
    };
    match left {
        Expr::Field(field) => Some(field.header()),
        Expr::Bits(_, left, _) => match &**left {
            Expr::Field(field) => Some(field.header()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether matches say already that the protocol is that one: a comparison with comparisons alone before
/// it.
fn implies(matches: &[Statement], protocol: u8) -> bool {
    let mut compares = matches
        .iter()
        .take_while(|statement| matches!(statement, Statement::Match { .. }));
    compares.any(|statement| header(statement).is_some_and(|h| h.protocol() == Some(protocol)))
}
