//! The head of a rule about ARP.

use super::super::layout::{Be16, Plain, V4, layout};
use super::entry::Tail;
use super::head::{Asked, Head, compared, device, of_device, put};
use core::net::Ipv4Addr;
use netloom_model::ruleset::{Field, Statement};

layout! {
    /// `arpt_arp`: source before target, a value before its mask.
    ArpFields {
        ips: [V4; 2],
        ip_masks: [V4; 2],
        hlen: [u8; 2],
        source_mac: [[u8; 16]; 2],
        target_mac: [[u8; 16]; 2],
        op: [Be16; 2],
        htype: [Be16; 2],
        ptype: [Be16; 2],
        devices: [[u8; 16]; 2],
        device_masks: [[u8; 16]; 2],
        flags: u8,
        inverted: u16,
        // It ends at a multiple of four.
        end: [u32; 0],
    }
    /// `arpt_entry`.
    ArpHead { arp: ArpFields, tail: Tail }
}

/// What is asked beside addresses of IP: by its place in [`FIELDS`].
#[derive(Default)]
pub(super) struct Arp([Option<Asked>; 7]);

/// The fields in the order in which words are kept, with what says that they are inverted
/// (`ARPT_INV_*`). Addresses of IP stand behind those of hardware.
const FIELDS: [(Field, u16); 7] = [
    (Field::ArpHtype, 0x80),
    (Field::ArpPtype, 0x100),
    (Field::ArpHlen, 0x200),
    (Field::ArpPlen, 0),
    (Field::ArpOperation, 0x40),
    (Field::ArpSaddrEther, 0x10),
    (Field::ArpDaddrEther, 0x20),
];
const PLEN: usize = 3;
const SOURCE: usize = 5;
const TARGET: usize = 6;
const NOT_DEVICE: [u16; 2] = [1, 2];
const NOT_IP: [u16; 2] = [4, 8];

impl Arp {
    /// The statements of what is asked, and of addresses of IP.
    pub(super) fn statements(&self, ips: [Option<Asked>; 2]) -> Vec<Statement> {
        let mut all = Vec::new();
        for (at, (field, _)) in FIELDS.into_iter().enumerate() {
            all.extend(self.0[at].and_then(|asked| compared(field, asked, 8)));
            let ip = match at {
                SOURCE => ips[0].and_then(|asked| compared(Field::ArpSaddrIp, asked, 1)),
                TARGET => ips[1].and_then(|asked| compared(Field::ArpDaddrIp, asked, 1)),
                _ => None,
            };
            all.extend(ip);
        }
        all
    }

    /// Takes what is asked of a field, if it is one of these.
    pub(super) fn take(&mut self, field: Field, asked: Asked) -> Option<bool> {
        match FIELDS.iter().position(|(known, _)| *known == field) {
            // Of IPv4 it is four in any case, and there is no other.
            Some(PLEN) => ((asked.value, asked.not) == (4, false)).then_some(true),
            Some(at) => put(&mut self.0[at], asked),
            None => Some(false),
        }
    }
}

fn six(bytes: [u8; 16]) -> u128 {
    bytes[..6]
        .iter()
        .fold(0, |all, byte| all << 8 | u128::from(*byte))
}

fn of_six(number: u128) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&number.to_be_bytes()[10..]);
    bytes
}

impl ArpHead {
    pub(super) fn head(&self) -> Head {
        let arp = &self.arp;
        let is = |bit: u16| arp.inverted & bit != 0;
        let mut found = Head::default();
        for at in 0..2 {
            found.devices[at] = device(arp.devices[at], arp.device_masks[at], is(NOT_DEVICE[at]));
            found.addresses[at] = Some(Asked {
                value: arp.ips[at].0.to_bits().into(),
                mask: arp.ip_masks[at].0.to_bits().into(),
                not: is(NOT_IP[at]),
            });
        }
        let word = |[value, mask]: [Be16; 2]| (value.0.into(), mask.0.into());
        let pairs = [
            word(arp.htype),
            word(arp.ptype),
            (arp.hlen[0].into(), arp.hlen[1].into()),
            (0, 0),
            word(arp.op),
            (six(arp.source_mac[0]), six(arp.source_mac[1])),
            (six(arp.target_mac[0]), six(arp.target_mac[1])),
        ];
        for (at, (value, mask)) in pairs.into_iter().enumerate() {
            let not = is(FIELDS[at].1);
            if mask != 0 {
                found.arp.0[at] = Some(Asked { value, mask, not });
            }
        }
        found
    }

    pub(super) fn of(head: &Head, tail: Tail) -> Option<ArpHead> {
        let mut arp = ArpFields::zero();
        let mut note = |not: bool, bit: u16| arp.inverted |= if not { bit } else { 0 };
        for (at, (_, bit)) in FIELDS.into_iter().enumerate() {
            note(head.arp.0[at].is_some_and(|asked| asked.not), bit);
        }
        for at in 0..2 {
            note(
                head.devices[at].as_ref().is_some_and(|d| d.1),
                NOT_DEVICE[at],
            );
            note(
                head.addresses[at].is_some_and(|asked| asked.not),
                NOT_IP[at],
            );
        }
        for at in 0..2 {
            (arp.devices[at], arp.device_masks[at]) = of_device(head.devices[at].as_ref())?;
            let v4 = |bits: u128| Some(V4(Ipv4Addr::from_bits(u32::try_from(bits).ok()?)));
            let asked = head.addresses[at];
            arp.ips[at] = v4(asked.map_or(0, |asked| asked.value & asked.mask))?;
            arp.ip_masks[at] = v4(asked.map_or(0, |asked| asked.mask))?;
        }
        let pair = |at: usize| {
            let asked = head.arp.0[at];
            asked.map_or([0; 2], |asked| [asked.value & asked.mask, asked.mask])
        };
        let words = |at: usize| pair(at).map(|number| Be16(number as u16));
        (arp.htype, arp.ptype, arp.op) = (words(0), words(1), words(4));
        arp.hlen = pair(2).map(|number| number as u8);
        arp.source_mac = pair(SOURCE).map(of_six);
        arp.target_mac = pair(TARGET).map(of_six);
        head.protocol.is_none().then_some(ArpHead { arp, tail })
    }
}
