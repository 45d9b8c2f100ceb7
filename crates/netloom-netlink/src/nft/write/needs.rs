//! What a statement needs to be asked first: that a packet has the header that it looks into.

use super::Lower;
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::statement::{Reject, Statement};
use netloom_model::ruleset::{Expr, Field, Header, TableFamily, Value, implied};

const ETHERNET: u8 = 1;
const VLAN: u16 = 0x8100;
const IPV4: u16 = 0x0800;
const TCP: u8 = 6;
const SCTP: u8 = 132;

fn asks(left: Expr, value: impl Into<Value>) -> Statement {
    Statement::equal(left, Expr::Value(value.into()))
}

/// Whether a part of a statement is such.
fn has(statement: &Statement, such: &dyn Fn(&Expr) -> bool) -> bool {
    fn of(expr: &Expr, such: &dyn Fn(&Expr) -> bool) -> bool {
        such(expr)
            || match expr {
                Expr::Bits(_, left, right) => of(left, such) || of(right, such),
                Expr::Concat(parts) => parts.iter().any(|part| of(part, such)),
                Expr::Map { key, .. } | Expr::Hash { of: Some(key), .. } => of(key, such),
                _ => false,
            }
    }
    match statement {
        Statement::Match { left, right, .. } => of(left, such) || of(right, such),
        // What is written is not asked for.
        Statement::Set { value, .. } => of(value, such),
        Statement::VerdictMap { key, .. } | Statement::Update { key, .. } => of(key, such),
        _ => false,
    }
}

impl Lower<'_, '_> {
    /// What is asked before a statement.
    pub(super) fn needed(&self, statement: &Statement) -> Vec<Statement> {
        let headers = implied::headers(statement);
        let mut needed = Vec::new();
        self.link(&headers, &mut needed);
        if let Some(network) = self.network(statement, &headers) {
            needed.extend(self.asks_network(network));
        } else if self.is_among(statement) {
            // Ebtables asks for it beside what `-p` says.
            needed.push(asks(Expr::Meta(MetaKey::Protocol), IPV4));
        }
        if let Some(protocol) = transport(statement, &headers, self.family())
            && !self.knows_transport(statement)
        {
            let left = Expr::Meta(MetaKey::L4Proto);
            needed.push(asks(left, protocol));
        }
        needed.extend(self.message(statement));
        needed
    }

    /// Whether a statement is `among` of ebtables, with addresses of IP.
    fn is_among(&self, statement: &Statement) -> bool {
        let Statement::Match {
            left: Expr::Concat(parts),
            right: Expr::Set(_),
            ..
        } = statement
        else {
            return false;
        };
        let header = |part: &Expr| match part {
            Expr::Field(field) => Some(field.header()),
            _ => None,
        };
        let of: Vec<_> = parts.iter().map(header).collect();
        let bridge = self.family() == TableFamily::Bridge && self.of.xtables;
        bridge && of == [Some(Header::Ether), Some(Header::Ip)]
    }

    fn knows_transport(&self, statement: &Statement) -> bool {
        match statement {
            // A reset is sent for TCP alone.
            Statement::Reject(_) => self.said.iter().any(|said| {
                implied::asks_for_protocol(said) == Some(TCP)
                    || implied::protocol(said) == Some(TCP)
            }),
            _ => implied::transport_is_known(&self.said),
        }
    }

    /// That there is an Ethernet header, or a VLAN tag in it.
    fn link(&self, headers: &[Header], needed: &mut Vec<Statement>) {
        let asked = |wanted: &Expr| {
            self.said
                .iter()
                .any(|said| matches!(said, Statement::Match { left, .. } if left == wanted))
        };
        let of_link = headers.iter().any(|h| h.layer() == Layer::Link);
        let device = Expr::Meta(MetaKey::IifType);
        let has_ethernet = matches!(self.family(), TableFamily::Bridge | TableFamily::Netdev);
        if of_link && !has_ethernet && !asked(&device) {
            needed.push(asks(device, u16::from(ETHERNET)));
        }
        let tag = Expr::Field(Field::EtherType);
        if headers.contains(&Header::Vlan) && !asked(&tag) {
            needed.push(asks(tag, VLAN));
        }
    }

    /// The protocol of the network that a statement is about, where the rule did not say so.
    fn network(&self, statement: &Statement, headers: &[Header]) -> Option<Header> {
        let family = self.family();
        if matches!(family, TableFamily::Ip | TableFamily::Ip6) {
            return None;
        }
        let of = |found: &Header| match found {
            Header::Ip | Header::Icmp => Some(Header::Ip),
            Header::Ip6 | Header::Icmpv6 => Some(Header::Ip6),
            Header::Arp if family != TableFamily::Arp => Some(Header::Arp),
            _ => None,
        };
        let option = |expr: &Expr| matches!(expr, Expr::IpOption { .. });
        let extension = |expr: &Expr| matches!(expr, Expr::ExtensionHeader { .. });
        let found = headers.iter().find_map(of).or_else(|| match statement {
            Statement::Reject(Reject::Icmp(_)) => Some(Header::Ip),
            Statement::Reject(Reject::Icmpv6(_)) => Some(Header::Ip6),
            _ if has(statement, &option) => Some(Header::Ip),
            _ if has(statement, &extension) => Some(Header::Ip6),
            _ => None,
        });
        let known = implied::network(family, &self.said).is_some()
            || self.said.iter().any(|said| {
                matches!(
                    said,
                    Statement::Match {
                        left: Expr::Field(Field::VlanType) | Expr::Meta(MetaKey::Protocol),
                        ..
                    }
                )
            });
        found.filter(|_| !known)
    }

    fn asks_network(&self, header: Header) -> Option<Statement> {
        let (family, number): (u8, u16) = match header {
            Header::Ip => (2, 0x0800),
            Header::Ip6 => (10, 0x86dd),
            _ => (3, 0x0806),
        };
        if self.family() == TableFamily::Inet {
            return Some(asks(Expr::Meta(MetaKey::NfProto), family));
        }
        let tagged = self.said.iter().any(|said| {
            matches!(said, Statement::Match { left: Expr::Field(field), .. } if field.header() == Header::Vlan)
        });
        Some(match tagged {
            true => asks(Expr::Field(Field::VlanType), number),
            false => asks(Expr::Meta(MetaKey::Protocol), number),
        })
    }

    /// The type of an ICMP message that has a field.
    fn message(&self, statement: &Statement) -> Option<Statement> {
        let field = |wanted: Field| {
            let such = move |expr: &Expr| *expr == Expr::Field(wanted);
            has(statement, &such)
        };
        let (of, number) = if field(Field::IcmpMtu) {
            (Field::IcmpType, 3u8)
        } else if field(Field::IcmpGateway) {
            (Field::IcmpType, 5)
        } else if field(Field::Icmpv6Mtu) {
            (Field::Icmpv6Type, 2)
        } else if field(Field::Icmpv6MaxDelay) {
            (Field::Icmpv6Type, 130)
        } else {
            return None;
        };
        let asked = self.said.iter().any(
            |said| matches!(said, Statement::Match { left: Expr::Field(found), .. } if *found == of),
        );
        (!asked).then(|| asks(Expr::Field(of), number))
    }
}

/// The protocol above IP that a statement is about.
fn transport(statement: &Statement, headers: &[Header], family: TableFamily) -> Option<u8> {
    let tcp = |expr: &Expr| matches!(expr, Expr::TcpOption { .. });
    let sctp = |expr: &Expr| matches!(expr, Expr::SctpChunk { .. });
    let named = match statement {
        // The port that a packet goes to may be read from its header.
        Statement::Tproxy { .. } => None,
        _ => headers.iter().find_map(|header| header.protocol()),
    };
    named.or_else(|| match statement {
        Statement::Reject(Reject::TcpReset)
            if matches!(family, TableFamily::Ip | TableFamily::Ip6) =>
        {
            Some(TCP)
        }
        _ if has(statement, &tcp) => Some(TCP),
        _ if has(statement, &sctp) => Some(SCTP),
        _ => None,
    })
}
