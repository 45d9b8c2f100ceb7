//! Headers and options inside headers by their names: IPv6's extensions, options of TCP and IPv4, chunks
//! of SCTP (nft(8), EXTENSION HEADER EXPRESSIONS). The model has their numbers and bits.

use netloom_model::ruleset::{DataType, Expr};

/// A field: its name, where it begins and how long it is, in bits, and what it means.
type FieldRow = (&'static str, u16, u16, DataType);

/// An option or header: its name, its number, and the fields that it has.
type Row = (&'static str, u8, &'static [FieldRow]);

const fn int(name: &'static str, offset: u16, bits: u16) -> FieldRow {
    (name, offset, bits, DataType::Integer(bits))
}

const NEXT: FieldRow = ("nexthdr", 0, 8, DataType::InetProto);
const LEN: FieldRow = int("hdrlength", 8, 8);

const fn address(name: &'static str, offset: u16) -> FieldRow {
    (name, offset, 128, DataType::Ipv6Addr)
}

/// The headers of IPv6's extensions; of those of one number the first that has a field gives it its name.
const EXTENSIONS: &[Row] = &[
    ("hbh", 0, &[NEXT, LEN]),
    (
        "rt",
        43,
        &[NEXT, LEN, int("type", 16, 8), int("seg-left", 24, 8)],
    ),
    (
        "srh",
        43,
        &[
            int("last-entry", 32, 8),
            int("flags", 40, 8),
            int("tag", 48, 16),
            address("sid[1]", 64),
            address("sid[2]", 192),
        ],
    ),
    (
        "rt0",
        43,
        &[
            int("reserved", 32, 32),
            address("addr[1]", 64),
            address("addr[2]", 192),
            address("addr[3]", 320),
        ],
    ),
    ("rt2", 43, &[int("reserved", 32, 32), address("addr", 64)]),
    (
        "frag",
        44,
        &[
            NEXT,
            int("reserved", 8, 8),
            int("frag-off", 16, 13),
            int("reserved2", 29, 2),
            int("more-fragments", 31, 1),
            int("id", 32, 32),
        ],
    ),
    ("dst", 60, &[NEXT, LEN]),
    (
        "mh",
        135,
        &[
            NEXT,
            LEN,
            ("type", 16, 8, DataType::MhType),
            int("reserved", 24, 8),
            int("checksum", 32, 16),
        ],
    ),
];

/// Options of TCP. The first name is the one that is listed; `sack1` and its kin are later blocks.
const TCP: &[Row] = &[
    ("eol", 0, &[]),
    ("nop", 1, &[]),
    ("maxseg", 2, &[int("length", 8, 8), int("size", 16, 16)]),
    ("mss", 2, &[int("length", 8, 8), int("size", 16, 16)]),
    ("window", 3, &[int("length", 8, 8), int("count", 16, 8)]),
    ("sack-perm", 4, &[int("length", 8, 8)]),
    ("sack-permitted", 4, &[int("length", 8, 8)]),
    (
        "sack",
        5,
        &[
            int("length", 8, 8),
            int("left", 16, 32),
            int("right", 48, 32),
        ],
    ),
    ("sack0", 5, &[int("left", 16, 32), int("right", 48, 32)]),
    ("sack1", 5, &[int("left", 80, 32), int("right", 112, 32)]),
    ("sack2", 5, &[int("left", 144, 32), int("right", 176, 32)]),
    ("sack3", 5, &[int("left", 208, 32), int("right", 240, 32)]),
    (
        "timestamp",
        8,
        &[
            int("length", 8, 8),
            int("tsval", 16, 32),
            int("tsecr", 48, 32),
        ],
    ),
    ("md5sig", 19, &[int("length", 8, 8)]),
    ("mptcp", 30, &[int("length", 8, 8), int("subtype", 16, 4)]),
    ("fastopen", 34, &[int("length", 8, 8)]),
];

const TYPE: FieldRow = int("type", 0, 8);
const LENGTH: FieldRow = int("length", 8, 8);
const PTR: FieldRow = int("ptr", 16, 8);
const ADDR: FieldRow = int("addr", 24, 32);

/// Options of IPv4.
const IP: &[Row] = &[
    ("lsrr", 131, &[TYPE, LENGTH, PTR, ADDR]),
    ("rr", 7, &[TYPE, LENGTH, PTR, ADDR]),
    ("ssrr", 137, &[TYPE, LENGTH, PTR, ADDR]),
    ("ra", 148, &[TYPE, LENGTH, int("value", 16, 16)]),
];

/// What every chunk has.
const CHUNK: &[FieldRow] = &[int("type", 0, 8), int("flags", 8, 8), int("length", 16, 16)];

const INIT: &[FieldRow] = &[
    int("init-tag", 32, 32),
    int("a-rwnd", 64, 32),
    int("num-outbound-streams", 96, 16),
    int("num-inbound-streams", 112, 16),
    int("initial-tsn", 128, 32),
];

/// Chunks of SCTP; all have the fields of [`CHUNK`] too.
const SCTP: &[Row] = &[
    (
        "data",
        0,
        &[
            int("tsn", 32, 32),
            int("stream", 64, 16),
            int("ssn", 80, 16),
            int("ppid", 96, 32),
        ],
    ),
    ("init", 1, INIT),
    ("init-ack", 2, INIT),
    (
        "sack",
        3,
        &[
            int("cum-tsn-ack", 32, 32),
            int("a-rwnd", 64, 32),
            int("num-gap-ack-blocks", 96, 16),
            int("num-dup-tsns", 112, 16),
        ],
    ),
    ("heartbeat", 4, &[]),
    ("heartbeat-ack", 5, &[]),
    ("abort", 6, &[]),
    ("shutdown", 7, &[int("cum-tsn-ack", 32, 32)]),
    ("shutdown-ack", 8, &[]),
    ("error", 9, &[]),
    ("cookie-echo", 10, &[]),
    ("cookie-ack", 11, &[]),
    ("ecne", 12, &[int("lowest-tsn", 32, 32)]),
    ("cwr", 13, &[int("lowest-tsn", 32, 32)]),
    ("shutdown-complete", 14, &[]),
    ("asconf-ack", 128, &[int("seqno", 32, 32)]),
    ("forward-tsn", 192, &[int("new-cum-tsn", 32, 32)]),
    ("asconf", 193, &[int("seqno", 32, 32)]),
];

/// The kinds of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Extension,
    Tcp,
    Ip,
    Sctp,
}

impl Kind {
    const fn rows(self) -> &'static [Row] {
        match self {
            Kind::Extension => EXTENSIONS,
            Kind::Tcp => TCP,
            Kind::Ip => IP,
            Kind::Sctp => SCTP,
        }
    }

    /// What stands before the name, in nft's language and as a key of its JSON.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Kind::Extension => "exthdr",
            Kind::Tcp => "tcp option",
            Kind::Ip => "ip option",
            Kind::Sctp => "sctp chunk",
        }
    }

    /// The number of the one called `name`.
    pub(super) fn number(self, name: &str) -> Option<u8> {
        let row = self.rows().iter().find(|row| row.0 == name);
        row.map(|row| row.1).or_else(|| match self {
            Kind::Tcp => name.parse().ok(),
            _ => None,
        })
    }

    /// Where the field of that name is.
    pub(super) fn field(self, name: &str, field: &str) -> Option<(u16, u16)> {
        let row = self.rows().iter().find(|row| row.0 == name)?;
        let common = if self == Kind::Sctp { CHUNK } else { &[] };
        let found = row.2.iter().chain(common).find(|row| row.0 == field)?;
        Some((found.1, found.2))
    }

    /// The expression.
    pub(super) const fn expr(self, number: u8, field: Option<(u16, u16)>) -> Expr {
        match self {
            Kind::Extension => Expr::ExtensionHeader {
                header: number,
                field,
            },
            Kind::Tcp => Expr::TcpOption {
                kind: number,
                field,
            },
            Kind::Ip => Expr::IpOption {
                kind: number,
                field,
            },
            Kind::Sctp => Expr::SctpChunk {
                kind: number,
                field,
            },
        }
    }
}

/// An option as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) kind: Kind,
    /// The number.
    pub(super) number: u8,
    /// The name; none: it has none.
    pub(super) name: Option<&'static str>,
    /// The field, if it is about one; its name is missing where it has none.
    pub(super) field: Option<((u16, u16), Option<&'static str>)>,
    pub(super) datatype: DataType,
}

/// The names of an expression about an option; none if it is about something else.
pub(super) fn named(expr: &Expr) -> Option<Named> {
    let (kind, number, field) = match expr {
        Expr::ExtensionHeader { header, field } => (Kind::Extension, *header, *field),
        Expr::TcpOption { kind, field } => (Kind::Tcp, *kind, *field),
        Expr::IpOption { kind, field } => (Kind::Ip, *kind, *field),
        Expr::SctpChunk { kind, field } => (Kind::Sctp, *kind, *field),
        _ => return None,
    };
    let mut rows = kind.rows().iter().filter(|row| row.1 == number);
    let first = rows.clone().next().map(|row| row.0);
    let Some(place) = field else {
        return Some(Named {
            kind,
            number,
            name: first,
            field: None,
            datatype: DataType::Boolean,
        });
    };
    let common = if kind == Kind::Sctp { CHUNK } else { &[] };
    let found = rows.find_map(|row| {
        let mut fields = row.2.iter().chain(common);
        let field = fields.find(|field| (field.1, field.2) == place)?;
        Some((row.0, field))
    });
    Some(Named {
        kind,
        number,
        name: found.map(|(name, _)| name).or(first),
        field: Some((place, found.map(|(_, field)| field.0))),
        datatype: found.map_or(DataType::Integer(place.1), |(_, field)| field.3),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_listed_by_its_first_name() {
        let place = Kind::Tcp.field("mss", "size");
        let expr = Kind::Tcp.expr(Kind::Tcp.number("mss").expect("a number"), place);
        let named = named(&expr).expect("an option");
        assert_eq!(named.name, Some("maxseg"));
        assert_eq!(named.field.and_then(|field| field.1), Some("size"));
    }

    #[test]
    fn a_block_of_sack_is_named_by_where_it_is() {
        let expr = Kind::Tcp.expr(5, Some((112, 32)));
        assert_eq!(named(&expr).and_then(|n| n.name), Some("sack1"));
    }
}
