//! The words of `typeof` and what nft leaves for them with a set. Fields, `meta` and `ct`, alone or one
//! behind the other, have both; of others the set is listed by its types.

use super::number;
use super::userdata::{Left, Pieces};
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::expr::{CtDirection, CtKey, MetaKey};
use netloom_model::ruleset::{Expr, Field, Header};

/// The kinds of expressions.
const PAYLOAD: u32 = 7;
const META: u32 = 9;
const CT: u32 = 12;
const CONCAT: u32 = 13;

const KIND: u8 = 0;
const DATA: u8 = 1;
/// Of a field its header, its number there and, where its type does not say it, its bits.
const HEADER: u8 = 0;
const FIELD: u8 = 1;
const BITS: u8 = 4;
const KEY: u8 = 0;
const DIRECTION: u8 = 1;
const NO_DIRECTION: u32 = u32::MAX;

/// The numbers of headers.
const HEADERS: [(Header, u32); 17] = [
    (Header::Ah, 1),
    (Header::Esp, 2),
    (Header::Comp, 3),
    (Header::Icmp, 4),
    (Header::Igmp, 5),
    (Header::Udp, 6),
    (Header::Udplite, 7),
    (Header::Tcp, 8),
    (Header::Dccp, 9),
    (Header::Sctp, 10),
    (Header::Th, 11),
    (Header::Ip, 12),
    (Header::Ip6, 13),
    (Header::Icmpv6, 14),
    (Header::Arp, 15),
    (Header::Vlan, 16),
    (Header::Ether, 17),
];

/// The fields whose numbers are not those of their places.
const ELSEWHERE: [(Field, u32); 10] = [
    // It has no word there.
    (Field::Icmpv6PacketTooBig, u32::MAX),
    (Field::VlanId, 4),
    (Field::VlanType, 5),
    (Field::Icmpv6Mtu, 5),
    (Field::Icmpv6Id, 6),
    (Field::Icmpv6Sequence, 7),
    (Field::Icmpv6MaxDelay, 8),
    (Field::IgmpChecksum, 2),
    (Field::IgmpMrt, 3),
    (Field::UdpliteChecksum, 4),
];

/// The number of a field in its header: that of its place among the others, but for some.
fn number_of(field: Field) -> u32 {
    if let Some((_, number)) = ELSEWHERE.iter().find(|row| row.0 == field) {
        return *number;
    }
    let of = Field::ALL.iter().filter(|f| f.header() == field.header());
    let place = of.take_while(|f| **f != field).count() as u32 + 1;
    match field.header() {
        Header::Ah => place + 1,
        _ => place,
    }
}

/// The expressions that were left.
fn expressions(pieces: Pieces<'_>) -> Option<Vec<Expr>> {
    let data = pieces.inside(DATA);
    Some(vec![match pieces.u32(KIND)? {
        CONCAT => {
            let parts = data.map(|(_, part)| expressions(Pieces::new(Some(part))));
            let parts: Option<Vec<Vec<Expr>>> = parts.collect();
            return Some(parts?.concat());
        }
        PAYLOAD => {
            let header = data.u32(HEADER)?;
            let (header, _) = HEADERS.iter().find(|row| row.1 == header)?;
            let wanted = data.u32(FIELD)?;
            let mut of = Field::ALL.iter().filter(|f| f.header() == *header);
            Expr::Field(*of.find(|f| number_of(**f) == wanted)?)
        }
        META => Expr::Meta(number::meta_of(data.u32(KEY)?)?),
        CT => {
            let key = CtKey::ALL
                .iter()
                .find(|key| Some(number::ct(**key)) == data.u32(KEY))?;
            let direction = match data.u32(DIRECTION) {
                Some(0) => Some(CtDirection::Original),
                Some(1) => Some(CtDirection::Reply),
                _ => None,
            };
            Expr::Ct(*key, direction)
        }
        _ => return None,
    }])
}

/// The words of what was left.
pub(super) fn read(pieces: Pieces<'_>) -> Option<String> {
    let parts = expressions(pieces)?;
    let words: Option<Vec<String>> = parts.iter().map(words).collect();
    words
        .map(|words| words.join(" . "))
        .filter(|w| !w.is_empty())
}

/// The keys of `meta` that are listed without that word.
const UNQUALIFIED: [MetaKey; 14] = [
    MetaKey::Iif,
    MetaKey::IifName,
    MetaKey::IifType,
    MetaKey::IifGroup,
    MetaKey::Oif,
    MetaKey::OifName,
    MetaKey::OifType,
    MetaKey::OifGroup,
    MetaKey::SkUid,
    MetaKey::SkGid,
    MetaKey::IbrName,
    MetaKey::ObrName,
    MetaKey::RtClassId,
    MetaKey::Secmark,
];

fn words(expr: &Expr) -> Option<String> {
    Some(match expr {
        Expr::Field(field) => format!("{} {}", field.header().name(), field.name()),
        Expr::Meta(key) if UNQUALIFIED.contains(key) => key.name().to_owned(),
        Expr::Meta(key) => format!("meta {}", key.name()),
        Expr::Ct(key, None) => format!("ct {}", key.name()),
        Expr::Ct(key, Some(CtDirection::Original)) => format!("ct original {}", key.name()),
        Expr::Ct(key, Some(CtDirection::Reply)) => format!("ct reply {}", key.name()),
        _ => return None,
    })
}

/// The expression of some words.
fn expression(words: &str) -> Option<Expr> {
    let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
    if first == "meta" {
        return MetaKey::by_name(rest).map(Expr::Meta);
    }
    if first == "ct" {
        let (direction, key) = match rest.split_once(' ') {
            Some(("original", key)) => (Some(CtDirection::Original), key),
            Some(("reply", key)) => (Some(CtDirection::Reply), key),
            _ => (None, rest),
        };
        return CtKey::by_name(key).map(|key| Expr::Ct(key, direction));
    }
    let field = Header::by_name(first).and_then(|header| header.field(rest));
    match field {
        Some(field) => Some(Expr::Field(field)),
        None => MetaKey::by_name(words).map(Expr::Meta),
    }
}

/// What is left for the words of `typeof`.
pub(super) fn write(words: &str) -> Option<Left> {
    let parts: Option<Vec<Left>> = words
        .split(" . ")
        .map(|part| one(&expression(part)?))
        .collect();
    let parts = parts?;
    if let [one] = &parts[..] {
        return Some(one.clone());
    }
    let mut data = Left::default();
    for (n, part) in parts.iter().enumerate() {
        data.nest(n as u8, part);
    }
    let mut left = Left::default();
    left.u32(KIND, CONCAT);
    left.nest(DATA, &data);
    Some(left)
}

fn one(expr: &Expr) -> Option<Left> {
    let mut data = Left::default();
    let kind = match expr {
        Expr::Field(field) => {
            let (_, header) = HEADERS.iter().find(|row| row.0 == field.header())?;
            data.u32(HEADER, *header);
            data.u32(FIELD, number_of(*field));
            if let netloom_model::ruleset::DataType::Integer(bits) = field.datatype() {
                data.u32(BITS, u32::from(bits));
            }
            PAYLOAD
        }
        Expr::Meta(key) => {
            data.u32(KEY, number::meta(*key));
            META
        }
        Expr::Ct(key, direction) => {
            data.u32(KEY, number::ct(*key));
            let direction = match direction {
                None => NO_DIRECTION,
                Some(CtDirection::Original) => 0,
                Some(CtDirection::Reply) => 1,
            };
            data.u32(DIRECTION, direction);
            CT
        }
        _ => return None,
    };
    let mut left = Left::default();
    left.u32(KIND, kind);
    left.nest(DATA, &data);
    Some(left)
}

/// Whether the numbers of what some words name are the host's.
pub(super) fn is_of_host(words: &str) -> bool {
    expression(words).is_some_and(|expr| number::order(&expr) == Order::Host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_left() {
        for words in [
            "ip saddr",
            "ip saddr . tcp dport",
            "meta mark",
            "iifname",
            "ct original ip saddr",
            "vlan id",
            "icmpv6 mtu",
        ] {
            let left = write(words).expect(words);
            assert_eq!(
                read(Pieces::new(Some(left.bytes()))).as_deref(),
                Some(words)
            );
        }
        assert!(write("osf name").is_none());
    }

    #[test]
    fn every_field_has_a_number_of_its_own() {
        for field in Field::ALL {
            let same = Field::ALL.iter().filter(|other| {
                other.header() == field.header() && number_of(**other) == number_of(*field)
            });
            assert_eq!(same.count(), 1, "{field:?}");
        }
    }
}
