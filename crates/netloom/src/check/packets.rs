//! The packets that a sentence is about: each sender's to each target.

use super::words::Result;
use crate::explain::{Endpoints, Question};
use netloom_model::{Family, IpNet, NsName};
use std::net::{IpAddr, SocketAddr};

/// One packet that a sentence is about.
pub(super) struct Packet {
    pub(super) question: Question,
    /// Who sends it and where it goes, in words.
    pub(super) says: String,
    /// The namespace that is to have it, where the sentence names one.
    pub(super) at: Option<NsName>,
}

/// Who sends.
pub(super) enum Sender {
    /// Whoever is in this namespace, under this name.
    In(NsName, String),
    /// Somebody outside, by this device of this namespace.
    Outside(NsName, String),
}

impl Sender {
    /// Whoever is in this namespace.
    pub(super) fn of(ns: NsName) -> Sender {
        let name = if ns.is_first() { "host" } else { ns.as_str() };
        let name = name.to_owned();
        Sender::In(ns, name)
    }

    pub(super) const fn namespace(&self) -> Option<&NsName> {
        match self {
            Sender::In(ns, _) => Some(ns),
            Sender::Outside(..) => None,
        }
    }
}

/// Whom it is sent to.
pub(super) enum Target {
    /// Whoever has this address.
    Address(IpAddr, u16, Option<String>),
    /// Whoever has an address in there.
    Net(IpNet),
    /// Whoever is in this namespace.
    Name(NsName, u16),
}

/// What kind of packet it is: a question without who and whom, and the port.
pub(super) struct Kind {
    pub(super) question: Question,
    pub(super) port: Option<u16>,
    pub(super) from: Option<IpAddr>,
    /// The column of its first word.
    pub(super) column: usize,
}

/// The packets of one sender to one target.
pub(super) fn from_to(
    from: &Sender,
    to: &Target,
    kind: &Kind,
    (known, reaches): (&Endpoints, bool),
) -> Result<Vec<Packet>> {
    let told = |why: String| (kind.column, why);
    let mut question = kind.question.clone();
    let sender = match from {
        Sender::In(ns, name) => {
            question.ns = ns.clone();
            name.clone()
        }
        Sender::Outside(ns, dev) => {
            question.ns = ns.clone();
            question.option("--dev", dev).map_err(told)?;
            let source = kind
                .from
                .ok_or_else(|| told("what comes from outside needs src ADDRESS".to_owned()))?;
            format!("{source}")
        }
    };
    let family = kind.from.map(Family::of);
    let addressed: Vec<(IpAddr, u16, Option<&NsName>)> = match to {
        Target::Address(addr, port, zone) => {
            question.zone.clone_from(zone);
            vec![(*addr, *port, None)]
        }
        Target::Name(ns, _) if from.namespace() == Some(ns) => Vec::new(),
        Target::Name(ns, port) => {
            vec![(known.address(ns, family).map_err(told)?, *port, Some(ns))]
        }
        Target::Net(net) => {
            let own = known.within(net).into_iter();
            let others = own.filter(|(ns, _)| from.namespace() != Some(*ns));
            let mut all: Vec<IpAddr> = others.map(|(_, addr)| addr).collect();
            if reaches && all.is_empty() {
                return Err(told(format!("nobody else here has an address in {net}")));
            }
            if !reaches {
                all.extend(ends(net));
            }
            all.sort();
            all.dedup();
            all.into_iter().map(|addr| (addr, 0, None)).collect()
        }
    };
    let each = addressed.into_iter().map(|(addr, port, at)| {
        let mut question = question.clone();
        let port = kind.port.unwrap_or(port);
        question.send_to(addr, port);
        let whom = match (addr, port) {
            (addr, 0) => addr.to_string(),
            (addr, port) => SocketAddr::new(addr, port).to_string(),
        };
        Packet {
            question,
            says: format!("{sender} to {whom}"),
            at: at.cloned(),
        }
    });
    Ok(each.collect())
}

/// The first and the last address of a network that a host can have.
fn ends(net: &IpNet) -> [IpAddr; 2] {
    let step = |addr: IpAddr, by: i8| match addr {
        IpAddr::V4(v4) => IpAddr::V4(v4.to_bits().wrapping_add_signed(by.into()).into()),
        IpAddr::V6(v6) => IpAddr::V6(v6.to_bits().wrapping_add_signed(by.into()).into()),
    };
    let bits = Family::of(net.addr).bits();
    let few = bits - net.len < 2;
    if few {
        [net.addr, net.last()]
    } else {
        [step(net.addr, 1), step(net.last(), -1)]
    }
}
