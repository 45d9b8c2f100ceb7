//! Requests about sets.

use super::{PROTOCOL, command, element, header, kind};
use crate::{INET, Writer, family_number, flag};
use netloom_model::Family;
use netloom_model::ipset::{Entry, IpSet, IpSetChange, Kind};

/// The beginning of every request.
fn begun() -> Writer {
    let mut body = Writer::new(&[INET, 0, 0, 0]);
    body.u8(command::PROTOCOL, PROTOCOL);
    body
}

/// The body of a request for all sets, or for the one of a name.
#[must_use]
pub fn ask(name: Option<&str>) -> Writer {
    let mut body = begun();
    if let Some(name) = name {
        body.text(command::NAME, name);
    }
    body
}

/// The body of a request for the revisions of a kind of set that a kernel has.
#[must_use]
pub fn kind_of(set: &IpSet) -> Writer {
    let mut body = begun();
    body.text(command::TYPE, set.kind.name());
    body.u8(command::FAMILY, family(set));
    body
}

/// The family by which a kind of set is asked for: bitmaps of addresses are of IPv4.
fn family(set: &IpSet) -> u8 {
    match set.kind {
        Kind::BitmapIp | Kind::BitmapIpMac => family_number(Family::V4),
        _ => set.family.map_or(0, family_number),
    }
}

/// A change as a request: its kind, its flags and its body. `revision`: of the kind of a set that is
/// made; `of`: the kind of the set that an element is of.
#[must_use]
pub fn change(change: &IpSetChange, revision: u8, of: Option<Kind>) -> (u16, u16, Writer) {
    let mut body = begun();
    let strict = |exist: bool| if exist { 0 } else { flag::EXCLUSIVE };
    let mut name = |name: Option<&String>, other: Option<&String>| {
        if let Some(name) = name {
            body.text(command::NAME, name);
        }
        if let Some(other) = other {
            body.text(command::OTHER_NAME, other);
        }
    };
    let (kind, flags) = match change {
        IpSetChange::Create { set, exist } => {
            create(&mut body, set, revision);
            (kind::CREATE, flag::CREATE | strict(*exist))
        }
        IpSetChange::Destroy(set) => {
            name(set.as_ref(), None);
            // Without this it may be gone already.
            (kind::DESTROY, flag::EXCLUSIVE)
        }
        IpSetChange::Flush(set) => {
            name(set.as_ref(), None);
            (kind::FLUSH, 0)
        }
        IpSetChange::Rename(from, to) => {
            name(Some(from), Some(to));
            (kind::RENAME, 0)
        }
        IpSetChange::Swap(one, other) => {
            name(Some(one), Some(other));
            (kind::SWAP, 0)
        }
        IpSetChange::Add { set, entry, exist } => {
            with_element(&mut body, set, of, entry);
            (kind::ADD, flag::CREATE | strict(*exist))
        }
        IpSetChange::Del { set, entry, exist } => {
            with_element(&mut body, set, of, entry);
            (kind::DEL, strict(*exist))
        }
        IpSetChange::Test { set, entry } => {
            with_element(&mut body, set, of, entry);
            (kind::TEST, 0)
        }
    };
    (kind, flags, body)
}

fn create(body: &mut Writer, set: &IpSet, revision: u8) {
    body.text(command::NAME, &set.name);
    body.text(command::TYPE, set.kind.name());
    body.u8(command::REVISION, revision);
    body.u8(command::FAMILY, family(set));
    body.nest(command::DATA, |body| header::encode(body, set));
}

fn with_element(body: &mut Writer, set: &str, of: Option<Kind>, entry: &Entry) {
    body.text(command::NAME, set);
    if let Some(of) = of {
        body.nest(command::DATA, |body| element::encode(body, of, entry));
    }
}
