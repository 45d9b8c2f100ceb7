//! A connection (`nf_conn`), and how a packet refers to one.

use super::expect::Announced;
use super::given::Timeouts;
use super::helper::{Helper, Which};
use super::nat::{Adjust, Neighbours};
use super::table::{Direction, NONE};
use super::tcp::{State, Tcp};
use super::tuple::Tuple;
use crate::namespace::NsId;
use netloom_model::Time;
use netloom_model::conntrack::status;
use netloom_model::ruleset::Counter;
use std::sync::Weak;

/// A connection. What every packet asks of it stands first, in two lines of the processor's cache, and
/// what it is found by in the two behind them.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Connection {
    /// Tells it from others that had its place.
    pub(crate) stamp: u32,
    /// Bits of [`status`].
    pub(crate) status: u32,
    pub(crate) mark: u32,
    /// Events that have not been told yet: bits of [`event`].
    pub(crate) events: u16,
    /// When it is forgotten; before it is confirmed, how long it will live from then on.
    pub(crate) expires: Time,
    /// When the table looks at it next.
    pub(crate) watched: Time,
    pub(crate) labels: Option<Box<u128>>,
    /// What it had, by direction, where that is counted.
    pub(crate) counters: Option<Box<[Counter; 2]>>,
    /// What few connections have.
    pub(crate) more: Option<Box<More>>,
    pub(crate) protocol: Protocol,
    /// What hangs behind it in the table, by direction.
    pub(crate) next: [u32; 2],
    /// What hangs beside it among those of its source.
    pub(super) of_source: Neighbours,
    pub(crate) zone: Zone,
    /// Its directions, as their packets come in.
    pub(crate) tuples: [Tuple; 2],
    /// Its number, for programs.
    pub(crate) id: u32,
    /// The index of the device whose address it was masqueraded with; 0: it was not.
    pub(crate) masquerade: u32,
}

/// What few connections have (`nf_ct_ext`).
#[derive(Clone, Debug, Default)]
pub(crate) struct More {
    /// When it was confirmed, where that is kept.
    pub(crate) began: Option<Time>,
    /// The helper that watches it.
    pub(crate) helper: Option<Helper>,
    /// Times of its own, as long as their object is there.
    pub(crate) timeouts: Option<Weak<Timeouts>>,
    /// The connection that announced it.
    pub(crate) announced: Option<Announced>,
    /// By how much its numbers are shifted, by direction.
    pub(crate) adjust: Option<Box<[Adjust; 2]>>,
    /// It was accepted in the place of its server.
    pub(crate) proxy: Option<crate::synproxy::Proxy>,
}

/// What a protocol knows of a connection.
#[derive(Clone, Debug)]
pub(crate) enum Protocol {
    /// Nothing but when it was heard of last.
    None,
    /// UDP: from when on it is a stream.
    Udp {
        stream: Time,
    },
    Tcp(Tcp),
    Sctp(super::sctp::Sctp),
}

/// What is told of a connection, as bits (`IPCT_*`).
pub(crate) mod event {
    pub(crate) const NEW: u16 = 1 << 0;
    pub(crate) const DESTROY: u16 = 1 << 2;
    pub(crate) const REPLY: u16 = 1 << 3;
    pub(crate) const ASSURED: u16 = 1 << 4;
    pub(crate) const PROTOINFO: u16 = 1 << 5;
    pub(crate) const MARK: u16 = 1 << 7;
    pub(crate) const LABEL: u16 = 1 << 10;
    /// Not an event: somebody listened when the connection began, and is told of it.
    pub(crate) const LISTENED: u16 = 1 << 15;
}

/// The zone of a connection: part of what it is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) id: u16,
    /// Of which directions: bits 1 and 2.
    pub(crate) directions: u8,
}

impl Default for Zone {
    fn default() -> Zone {
        Zone::ALL
    }
}

impl Zone {
    /// That of all of which nobody says another.
    pub(crate) const ALL: Zone = Zone {
        id: 0,
        directions: 3,
    };

    /// The zone of one direction.
    pub(crate) const fn id(self, direction: Direction) -> u16 {
        if self.directions & 1 << direction as u8 != 0 {
            self.id
        } else {
            0
        }
    }
}

/// The connection that stands for one that is still to be looked up.
pub(crate) static TEMPLATE: Connection = {
    let mut template = Connection::new([Tuple::NOTHING; 2], Zone::ALL);
    template.status = status::CONFIRMED | status::TEMPLATE;
    template
};

impl Connection {
    /// One that nobody finds yet.
    pub(crate) const fn new(tuples: [Tuple; 2], zone: Zone) -> Connection {
        Connection {
            tuples,
            next: [NONE; 2],
            of_source: Neighbours::NONE,
            status: 0,
            mark: 0,
            zone,
            events: 0,
            expires: Time(0),
            watched: Time(u64::MAX),
            stamp: 0,
            id: 0,
            masquerade: 0,
            protocol: Protocol::None,
            labels: None,
            counters: None,
            more: None,
        }
    }

    /// What few connections have, which this one has from now on.
    pub(crate) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    pub(crate) const fn has(&self, bits: u32) -> bool {
        self.status & bits != 0
    }

    pub(crate) const fn is_confirmed(&self) -> bool {
        self.has(status::CONFIRMED)
    }

    /// The bits that rules see: one that goes with its packet was confirmed before.
    pub(crate) const fn seen_status(&self) -> u32 {
        match self.has(status::DYING) {
            true => self.status | status::CONFIRMED,
            false => self.status,
        }
    }

    /// Sets bits of its status; whether they were not set before.
    pub(crate) fn set(&mut self, bits: u32) -> bool {
        let before = self.status;
        self.status |= bits;
        self.status != before
    }

    pub(crate) fn tuple(&self, direction: Direction) -> &Tuple {
        &self.tuples[direction as usize]
    }

    /// What is known of its ends, where it is one of TCP.
    pub(super) const fn tcp(&self) -> Option<&Tcp> {
        match &self.protocol {
            Protocol::Tcp(tcp) => Some(tcp),
            _ => None,
        }
    }

    /// The state of one of TCP, and the greatest window that its first end told.
    pub(crate) fn first_end(&self) -> Option<(State, u32)> {
        self.tcp().map(|tcp| (tcp.state, tcp.first_window()))
    }

    /// Whether both ends have closed it.
    pub(crate) fn is_closed(&self) -> bool {
        match &self.protocol {
            Protocol::Tcp(tcp) => matches!(tcp.state, State::TimeWait | State::Close),
            _ => false,
        }
    }

    /// Its packets' protocol above IP.
    pub(crate) const fn upper(&self) -> u8 {
        self.tuples[0].protocol
    }

    /// It lives for so many seconds from now on.
    pub(crate) fn refresh(&mut self, now: Time, seconds: i32) {
        if self.has(status::FIXED_TIMEOUT) {
            return;
        }
        let begin = if self.is_confirmed() { now } else { Time(0) };
        self.expires = begin + core::time::Duration::from_secs(seconds.max(0) as u64);
    }

    /// Whether it is forgotten where room is needed.
    pub(crate) fn may_go_early(&self) -> bool {
        !self.has(status::ASSURED)
            || match &self.protocol {
                Protocol::Tcp(tcp) => tcp.may_go_early(),
                Protocol::Sctp(sctp) => sctp.may_go_early(),
                _ => false,
            }
    }
}

/// How a packet stands to a connection (`ip_conntrack_info`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It was not looked up, or belongs to none.
    #[default]
    None,
    /// It is not to be looked up.
    Untracked,
    New,
    Established,
    Related,
}

/// What a packet knows of its connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    pub(super) ns: NsId,
    pub(super) place: u32,
    pub(super) stamp: u32,
    pub(crate) standing: Standing,
    pub(crate) direction: Direction,
    /// The connection is not confirmed yet, and goes if the packet goes.
    pub(crate) fresh: bool,
    /// The zone in which it is to be looked up, if a rule said one.
    pub(crate) zone: Option<Zone>,
    /// The helper that is to watch its connection, if a rule said one.
    pub(crate) helper: Option<Which>,
    /// It begins a connection that was accepted in the place of its server.
    pub(crate) proxied: bool,
}

impl Reference {
    /// To no connection.
    pub(crate) const NONE: Reference = Reference {
        ns: NsId(u32::MAX),
        place: NONE,
        stamp: 0,
        standing: Standing::None,
        direction: Direction::Original,
        fresh: false,
        zone: None,
        helper: None,
        proxied: false,
    };

    /// To one that is still to begin, in the name of who is there already.
    pub(crate) const PROXIED: Reference = Reference {
        proxied: true,
        ..Reference::NONE
    };

    /// To a connection in its place.
    pub(crate) fn to(
        (ns, place): (NsId, u32),
        connection: &Connection,
        standing: Standing,
        direction: Direction,
    ) -> Reference {
        Reference {
            ns,
            place,
            stamp: connection.stamp,
            standing,
            direction,
            fresh: !connection.is_confirmed(),
            zone: None,
            helper: None,
            proxied: false,
        }
    }

    /// To none, for a rule says so.
    pub(crate) const UNTRACKED: Reference = Reference {
        standing: Standing::Untracked,
        ..Reference::NONE
    };

    /// That of what this host says about the packet to its sender: it goes the other way
    /// (`nf_conntrack_attach`).
    pub(crate) fn of_answer(self) -> Reference {
        if !self.is_some() {
            // It is looked up, though rules have said that the packet was not to be; of the answer they
            // can no longer say so.
            let standing = match self.standing {
                Standing::Untracked => Standing::Related,
                _ => Standing::None,
            };
            return Reference {
                standing,
                ..Reference::NONE
            };
        }
        Reference {
            standing: Standing::Related,
            direction: self.direction.other(),
            fresh: false,
            zone: None,
            ..self
        }
    }

    /// The namespace of the connection.
    pub(crate) const fn ns(&self) -> NsId {
        self.ns
    }

    pub(crate) const fn place(&self) -> u32 {
        self.place
    }

    pub(crate) const fn stamp(&self) -> u32 {
        self.stamp
    }

    /// Whether it refers to a connection.
    #[inline]
    pub(crate) const fn is_some(&self) -> bool {
        self.place != NONE
    }

    /// Whether a rule has said how its connection is to be looked up, which was not done yet: rules see a
    /// connection then of which nothing is known (`nf_ct_tmpl_alloc`).
    pub(crate) const fn is_template(&self) -> bool {
        self.zone.is_some() && !self.is_some() && !matches!(self.standing, Standing::Untracked)
    }

    /// Whether a connection was looked for, or is not to be.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_some() || self.standing == Standing::Untracked
    }
}
