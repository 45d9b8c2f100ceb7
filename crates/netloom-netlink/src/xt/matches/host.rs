//! `comment`, `cgroup`, `cpu`, `devgroup`, `owner`, `physdev`, `pkttype`, `realm`, `rpfilter`, `socket`,
//! `time`: what is no part of a packet.

use super::super::layout::{Flags, Own, Plain, Text, asked, layout};
use super::super::{Given, Info, not};
use super::one;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Cgroup, Masked, Not, Owner, Physdev, Span, Time, XtMatch};

layout! {
    /// `xt_comment_info`.
    Comment0 { text: Text<256> }
    /// `xt_cgroup_info_v0`.
    Cgroup0 { class: u32, not: u32 }
    /// `xt_cgroup_info_v1`.
    Cgroup1 { head: CgroupHead, path: Text<4096>, class: u32, own: Own }
    /// What the later revisions of `cgroup` begin with.
    CgroupHead { has_path: u8, has_class: u8, not_path: u8, not_class: u8 }
    /// `xt_cgroup_info_v2`: in the room of the path the class may be.
    Cgroup2 { head: CgroupHead, path: Text<512>, own: Own }
    /// `xt_cpu_info`.
    Cpu0 { cpu: u32, not: u32 }
    /// `xt_devgroup_info`.
    Devgroup0 { flags: u32, source: [u32; 2], destination: [u32; 2] }
    /// `xt_owner_match_info`.
    Owner1 { uid: [u32; 2], gid: [u32; 2], flags: u8, inverted: u8 }
    /// `xt_physdev_info`.
    Physdev0 {
        input: Text<16>,
        input_mask: [u8; 16],
        output: Text<16>,
        output_mask: [u8; 16],
        inverted: u8,
        flags: u8,
    }
    /// `xt_pkttype_info`.
    Pkttype0 { kind: u32, not: u32 }
    /// `xt_realm_info`.
    Realm0 { id: u32, mask: u32, not: u8 }
    /// `xt_rpfilter_info`, `xt_socket_mtinfo3`.
    Bits { flags: u8 }
    /// `xt_time_info`.
    Time0 { dates: [u32; 2], hours: [u32; 2], monthdays: u32, weekdays: u8, flags: u8 }
}

pub(super) fn read_comment(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Comment0 = given.read()?;
    one(XtMatch::Comment(all.text.text()))
}

pub(super) fn comment(text: &str) -> Option<Info> {
    let text = Text::of(text)?;
    Info::some("comment", 0, Comment0 { text }.bytes())
}

pub(super) fn read_cgroup(given: Given<'_>) -> Option<Vec<Statement>> {
    let (head, path, class) = match given.revision {
        0 => {
            let all: Cgroup0 = given.read()?;
            return one(XtMatch::Cgroup(Cgroup::ClassId(not(
                all.class,
                all.not != 0,
            ))));
        }
        1 => {
            let all: Cgroup1 = given.read()?;
            (all.head, all.path.text(), all.class)
        }
        2 => {
            let all: Cgroup2 = given.read()?;
            let class = u32::read(&all.path.0)?;
            (all.head, all.path.text(), class)
        }
        _ => return None,
    };
    one(XtMatch::Cgroup(match (head.has_path, head.has_class) {
        (1.., 0) => Cgroup::Path(not(path, head.not_path != 0)),
        (0, 1..) => Cgroup::ClassId(not(class, head.not_class != 0)),
        _ => return None,
    }))
}

pub(super) fn cgroup(found: &Cgroup) -> Option<Info> {
    let mut all = Cgroup2::zero();
    match found {
        Cgroup::Path(Not { is, not }) => {
            (all.head.has_path, all.head.not_path) = (1, (*not).into());
            all.path = Text::of(is)?;
        }
        Cgroup::ClassId(Not { is, not }) => {
            (all.head.has_class, all.head.not_class) = (1, (*not).into());
            all.path.0[..4].copy_from_slice(&is.to_le_bytes());
        }
    }
    Info::some("cgroup", 2, all.bytes())
}

pub(super) fn read_cpu(given: Given<'_>) -> Option<Vec<Statement>> {
    let Cpu0 { cpu, not: n } = given.read()?;
    one(XtMatch::Cpu(not(cpu, n != 0)))
}

pub(super) fn cpu(cpu: &Not<u32>) -> Option<Info> {
    let all = Cpu0 {
        cpu: cpu.is,
        not: cpu.not.into(),
    };
    Info::some("cpu", 0, all.bytes())
}

/// What `devgroup` asks for (`XT_DEVGROUP_*`): that it is not so is one bit above.
const SOURCE: u32 = 1;
const DESTINATION: u32 = 4;

pub(super) fn read_devgroup(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Devgroup0 = given.read()?;
    let side = |[value, mask]: [u32; 2], bit: u32| {
        asked(all.flags, all.flags >> 1, bit, Masked { value, mask })
    };
    one(XtMatch::Devgroup {
        source: side(all.source, SOURCE),
        destination: side(all.destination, DESTINATION),
    })
}

pub(super) fn devgroup(
    source: Option<Not<Masked>>,
    destination: Option<Not<Masked>>,
) -> Option<Info> {
    let mut flags = Flags::default();
    let mut side = |side, bit: u32| {
        let found = flags.of(bit as u16, side);
        found.map_or([0; 2], |Masked { value, mask }| [value, mask])
    };
    let (source, destination) = (side(source, SOURCE), side(destination, DESTINATION));
    let all = Devgroup0 {
        flags: (flags.asked | flags.inverted << 1).into(),
        source,
        destination,
    };
    Info::some("devgroup", 0, all.bytes())
}

/// What `owner` asks for (`XT_OWNER_*`).
const UID: u8 = 1;
const GID: u8 = 2;
const SOCKET: u8 = 4;
const SUPPLEMENTARY: u8 = 8;

pub(super) fn read_owner(given: Given<'_>) -> Option<Vec<Statement>> {
    if given.revision != 1 {
        return None;
    }
    let all: Owner1 = given.read()?;
    let (flags, inverted) = (all.flags, all.inverted);
    one(XtMatch::Owner(Owner {
        uid: asked(flags, inverted, UID, all.uid.into()),
        gid: asked(flags, inverted, GID, all.gid.into()),
        supplementary: flags & SUPPLEMENTARY != 0,
        socket_exists: asked(flags, inverted, SOCKET, ()),
    }))
}

pub(super) fn owner(found: &Owner) -> Option<Info> {
    let mut flags = Flags::default();
    let mut ids = |bit: u8, ids: Option<Not<Span<u32>>>| {
        flags.of(bit.into(), ids).map_or([0; 2], <[u32; 2]>::from)
    };
    let (uid, gid) = (ids(UID, found.uid), ids(GID, found.gid));
    flags.of(SOCKET.into(), found.socket_exists);
    flags.set(SUPPLEMENTARY.into(), found.supplementary);
    let all = Owner1 {
        uid,
        gid,
        flags: flags.asked as u8,
        inverted: flags.inverted as u8,
    };
    Info::some("owner", 1, all.bytes())
}

/// What `physdev` asks for (`XT_PHYSDEV_OP_*`).
const IN: u8 = 1;
const OUT: u8 = 2;
const BRIDGED: u8 = 4;
const IS_IN: u8 = 8;
const IS_OUT: u8 = 0x10;

pub(super) fn read_physdev(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Physdev0 = given.read()?;
    let device = |name: &Text<16>, bit: u8| asked(all.flags, all.inverted, bit, name.text());
    let flag = |bit: u8| asked(all.flags, all.inverted, bit, ());
    one(XtMatch::Physdev(Physdev {
        input: device(&all.input, IN),
        output: device(&all.output, OUT),
        is_in: flag(IS_IN),
        is_out: flag(IS_OUT),
        is_bridged: flag(BRIDGED),
    }))
}

/// The bytes of a device's name that count, of a name that may end with `+`.
pub(in crate::xt) fn device_mask(name: &str) -> [u8; 16] {
    let counts = match name.strip_suffix('+') {
        Some(begin) => begin.len(),
        None if name.is_empty() => 0,
        None => name.len() + 1,
    };
    core::array::from_fn(|at| if at < counts { 0xff } else { 0 })
}

pub(super) fn physdev(found: &Physdev) -> Option<Info> {
    let (mut all, mut flags) = (Physdev0::zero(), Flags::default());
    if let Some(Not { is, not }) = &found.input {
        flags.of(IN.into(), Some(Not { is: (), not: *not }));
        (all.input, all.input_mask) = (Text::of(is)?, device_mask(is));
    }
    if let Some(Not { is, not }) = &found.output {
        flags.of(OUT.into(), Some(Not { is: (), not: *not }));
        (all.output, all.output_mask) = (Text::of(is)?, device_mask(is));
    }
    flags.of(IS_IN.into(), found.is_in);
    flags.of(IS_OUT.into(), found.is_out);
    flags.of(BRIDGED.into(), found.is_bridged);
    (all.flags, all.inverted) = (flags.asked as u8, flags.inverted as u8);
    Info::some("physdev", 0, all.bytes())
}

pub(super) fn read_pkttype(given: Given<'_>) -> Option<Vec<Statement>> {
    let Pkttype0 { kind, not: n } = given.read()?;
    one(XtMatch::Pkttype(not(u8::try_from(kind).ok()?, n != 0)))
}

pub(super) fn pkttype(kind: &Not<u8>) -> Option<Info> {
    let all = Pkttype0 {
        kind: kind.is.into(),
        not: kind.not.into(),
    };
    Info::some("pkttype", 0, all.bytes())
}

pub(super) fn read_realm(given: Given<'_>) -> Option<Vec<Statement>> {
    let Realm0 { id, mask, not: n } = given.read()?;
    one(XtMatch::Realm(not(Masked { value: id, mask }, n != 0)))
}

pub(super) fn realm(realm: &Not<Masked>) -> Option<Info> {
    let all = Realm0 {
        id: realm.is.value,
        mask: realm.is.mask,
        not: realm.not.into(),
    };
    Info::some("realm", 0, all.bytes())
}

/// Which of the first bits are set; none where others are too.
fn bits<const N: usize>(flags: u8) -> Option<[bool; N]> {
    let all = core::array::from_fn(|bit| flags >> bit & 1 != 0);
    (flags >> N == 0).then_some(all)
}

fn of_bits<const N: usize>(bits: [bool; N]) -> Vec<u8> {
    let bit = |(at, set): (usize, bool)| u8::from(set) << at;
    let flags = bits.into_iter().enumerate().map(bit).sum();
    Bits { flags }.bytes()
}

pub(super) fn read_rpfilter(given: Given<'_>) -> Option<Vec<Statement>> {
    let Bits { flags } = given.read()?;
    let [loose, validmark, accept_local, invert] = bits(flags)?;
    one(XtMatch::Rpfilter {
        loose,
        validmark,
        accept_local,
        invert,
    })
}

/// In the order of the bits (`XT_RPFILTER_*`).
pub(super) fn rpfilter(flags: [bool; 4]) -> Option<Info> {
    Info::some("rpfilter", 0, of_bits(flags))
}

/// Of the first revision there is no structure.
pub(super) fn read_socket(given: Given<'_>) -> Option<Vec<Statement>> {
    let flags = match given.revision {
        0 => 0,
        1..=3 => given.read::<Bits>()?.flags,
        _ => return None,
    };
    let [transparent, nowildcard, restore_skmark] = bits(flags)?;
    one(XtMatch::Socket {
        transparent,
        nowildcard,
        restore_skmark,
    })
}

/// In the order of the bits (`XT_SOCKET_*`).
pub(super) fn socket(flags: [bool; 3]) -> Option<Info> {
    Info::some("socket", 3, of_bits(flags))
}

const KERNEL_ZONE: u8 = 1;
const CONTIGUOUS: u8 = 2;

pub(super) fn read_time(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Time0 = given.read()?;
    one(XtMatch::Time(Time {
        dates: all.dates.into(),
        hours: all.hours.into(),
        monthdays: all.monthdays,
        weekdays: all.weekdays,
        kernel_zone: all.flags & KERNEL_ZONE != 0,
        contiguous: all.flags & CONTIGUOUS != 0,
    }))
}

pub(super) fn time(found: &Time) -> Option<Info> {
    let flag = |there: bool, bit: u8| if there { bit } else { 0 };
    let all = Time0 {
        dates: found.dates.into(),
        hours: found.hours.into(),
        monthdays: found.monthdays,
        weekdays: found.weekdays,
        flags: flag(found.kernel_zone, KERNEL_ZONE) | flag(found.contiguous, CONTIGUOUS),
    };
    Info::some("time", 0, all.bytes())
}
