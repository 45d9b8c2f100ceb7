//! Checks that another part of a rule implies: nft leaves them out where it lists the rule, and so does
//! the model; a kernel is told them.

use super::expr::{CtKey, MetaKey, Relation};
use super::field::Layer;
use super::statement::{Nat, ObjectName, Reject, Statement};
use super::{Expr, Field, Header, TableFamily, Value};

/// The headers that a statement looks into.
#[must_use]
pub fn headers(statement: &Statement) -> Vec<Header> {
    fn of(expr: &Expr, found: &mut Vec<Header>) {
        match expr {
            Expr::Field(field) => found.push(field.header()),
            Expr::Bits(_, left, right) => {
                of(left, found);
                of(right, found);
            }
            Expr::Concat(parts) => parts.iter().for_each(|part| of(part, found)),
            Expr::Map { key, .. } | Expr::Hash { of: Some(key), .. } => of(key, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    match statement {
        Statement::Match { left, right, .. } => {
            of(left, &mut found);
            of(right, &mut found);
        }
        Statement::VerdictMap { key, .. }
        | Statement::Object {
            name: ObjectName::Map { key, .. },
            ..
        } => of(key, &mut found),
        Statement::Set { what, value } => {
            of(what, &mut found);
            of(value, &mut found);
        }
        Statement::Nat(nat) => {
            let parts = nat.address.iter().chain(&nat.port);
            parts.for_each(|part| of(part, &mut found));
        }
        Statement::Tproxy { address, port, .. } => {
            let parts = address.iter().chain(port);
            parts.for_each(|part| of(part, &mut found));
        }
        Statement::Update { key, data, .. } => {
            of(key, &mut found);
            data.iter().for_each(|data| of(data, &mut found));
        }
        Statement::Dup { to: Some(to), .. } => of(to, &mut found),
        _ => {}
    }
    found
}

/// The protocol above IP that a packet must have for a statement's fields.
#[must_use]
pub fn protocol(statement: &Statement) -> Option<u8> {
    headers(statement).iter().find_map(|h| h.protocol())
}

/// The protocol above IP that a statement asks for.
#[must_use]
pub fn asks_for_protocol(statement: &Statement) -> Option<u8> {
    let (left, value) = asks(statement)?;
    matches!(
        left,
        Expr::Meta(MetaKey::L4Proto) | Expr::Field(Field::IpProtocol | Field::Ip6Nexthdr)
    )
    .then_some(value as u8)
}

/// Whether an expression looks into a header above IP.
#[must_use]
pub fn has_transport(expr: &Expr) -> bool {
    match expr {
        Expr::Field(field) => field.header().layer() == Layer::Transport,
        Expr::Concat(parts) => parts.iter().any(has_transport),
        Expr::Map { key, .. } => has_transport(key),
        _ => false,
    }
}

/// Whether the statements say which protocol above IP a packet has.
#[must_use]
pub fn transport_is_known(statements: &[Statement]) -> bool {
    let names = |expr: &Expr| {
        matches!(
            expr,
            Expr::Meta(MetaKey::L4Proto) | Expr::Field(Field::IpProtocol | Field::Ip6Nexthdr)
        )
    };
    statements.iter().any(|statement| {
        headers(statement)
            .iter()
            .any(|header| header.layer() == Layer::Transport)
            || matches!(statement, Statement::Match { left, .. } if names(left))
    })
}

/// The family of the network that the statements ask for, in a table of several.
#[must_use]
pub fn network(family: TableFamily, statements: &[Statement]) -> Option<TableFamily> {
    if matches!(family, TableFamily::Ip | TableFamily::Ip6) {
        return Some(family);
    }
    statements.iter().find_map(|statement| {
        let of = headers(statement);
        if of.iter().any(|h| matches!(h, Header::Ip | Header::Icmp)) {
            return Some(TableFamily::Ip);
        }
        if of.iter().any(|h| matches!(h, Header::Ip6 | Header::Icmpv6)) {
            return Some(TableFamily::Ip6);
        }
        match asks(statement)? {
            (Expr::Meta(MetaKey::NfProto), 2) => Some(TableFamily::Ip),
            (Expr::Meta(MetaKey::NfProto), 10) => Some(TableFamily::Ip6),
            (Expr::Meta(MetaKey::Protocol) | Expr::Field(Field::EtherType), 0x0800) => {
                Some(TableFamily::Ip)
            }
            (Expr::Meta(MetaKey::Protocol) | Expr::Field(Field::EtherType), 0x86dd) => {
                Some(TableFamily::Ip6)
            }
            _ => None,
        }
    })
}

/// Where behind a field of Ethernet the type of what it carries is asked for because a later statement
/// needs it, and how.
#[must_use]
pub fn ethertype(family: TableFamily, statements: &[Statement]) -> Option<(usize, Statement)> {
    let on = |statement: &Statement, v4: Header, v6: Header| {
        let of = headers(statement);
        let kinds = [(v4, 0x0800), (v6, 0x86dd)];
        let found = kinds.iter().find(|(header, _)| of.contains(header));
        found.map(|(_, kind)| *kind)
    };
    // A bridge knows Ethernet and asks for the type by itself.
    let needs = |statement: &Statement| match family {
        TableFamily::Inet | TableFamily::Netdev => on(statement, Header::Ip, Header::Ip6)
            .or_else(|| on(statement, Header::Icmp, Header::Icmpv6)),
        TableFamily::Bridge => on(statement, Header::Icmp, Header::Icmpv6),
        _ => None,
    };
    let (at, kind) = statements
        .iter()
        .enumerate()
        .find_map(|(at, statement)| Some((at, needs(statement)?)))?;
    let before = &statements[..at];
    let of_link = |s: &Statement| headers(s).iter().any(|h| h.layer() == Layer::Link);
    // What a frame carries is no check of the table `inet`, which asks for the type all the same.
    let by_protocol = |s: &Statement| {
        family == TableFamily::Inet && matches!(asks(s), Some((Expr::Meta(MetaKey::Protocol), _)))
    };
    let checks: Vec<Statement> = before.iter().filter(|s| !by_protocol(s)).cloned().collect();
    if network(family, &checks).is_some() || !before.iter().any(of_link) {
        return None;
    }
    let kind = Expr::Value(Value::number(kind, 2));
    Some((at, Statement::equal(Expr::Field(Field::EtherType), kind)))
}

/// The one value that a statement asks for.
fn asks(statement: &Statement) -> Option<(&Expr, u128)> {
    match statement {
        Statement::Match {
            left,
            relation: Relation::Eq,
            right: Expr::Value(value),
        } => Some((left, value.to_number()?)),
        _ => None,
    }
}

/// The type of Ethernet's devices (`ARPHRD_ETHER`).
pub const ETHERNET: u128 = 1;

/// What a statement asks for that a later one may say too, and where it stands.
#[derive(Clone, Copy, Debug, Default)]
struct Pending {
    /// The protocol of the network.
    network: Option<usize>,
    /// The protocol above it.
    transport: Option<usize>,
    /// The type of an ICMP message.
    message: Option<usize>,
    /// The type of the device.
    device: Option<usize>,
}

/// Leaves out what a later statement says too. Between both stand comparisons alone: what else a rule
/// does, it does to those packets only that were asked for before.
pub fn leave_out(family: TableFamily, statements: &mut Vec<Statement>) {
    let out = left_out(family, statements);
    let mut at = 0..;
    statements.retain(|_| at.next().is_some_and(|at| !out.contains(&at)));
}

/// The places of the statements that [`leave_out`] leaves out.
#[must_use]
pub fn left_out(family: TableFamily, statements: &[Statement]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut pending = Pending::default();
    for (at, statement) in statements.iter().enumerate() {
        let says = Says { family, statement };
        for slot in [
            &mut pending.network,
            &mut pending.transport,
            &mut pending.message,
            &mut pending.device,
        ] {
            out.extend(slot.take_if(|at| says.too(&statements[*at])));
        }
        match asks(statement).map(|(left, _)| left) {
            _ if !matches!(
                statement,
                Statement::Match { .. } | Statement::VerdictMap { .. }
            ) =>
            {
                pending = Pending::default();
            }
            Some(Expr::Meta(MetaKey::Protocol)) if says.own_network() => {
                // Every packet of the table is of its protocol.
                out.extend((at + 1 < statements.len()).then_some(at));
            }
            Some(
                Expr::Meta(MetaKey::NfProto | MetaKey::Protocol)
                | Expr::Field(Field::EtherType | Field::VlanType),
            ) => pending.network = Some(at),
            Some(Expr::Meta(MetaKey::IifType | MetaKey::OifType)) => pending.device = Some(at),
            // What a connection's protocol is stands for that of the packet.
            Some(Expr::Ct(CtKey::Protocol, _)) => pending.transport = None,
            Some(
                Expr::Meta(MetaKey::L4Proto) | Expr::Field(Field::IpProtocol | Field::Ip6Nexthdr),
            ) => pending.transport = Some(at),
            Some(Expr::Field(Field::IcmpType | Field::Icmpv6Type)) => pending.message = Some(at),
            _ => {}
        }
    }
    out
}

/// Whether a statement is not listed: what a rule asks of the connection's protocol or family nft takes
/// for what a later look into such a header needs. The kernel asks for it all the same.
#[must_use]
pub fn is_hidden(statements: &[Statement], at: usize) -> bool {
    let Some(Statement::Match {
        left: Expr::Ct(key, _),
        relation: Relation::Eq,
        right: Expr::Value(_),
    }) = statements.get(at)
    else {
        return false;
    };
    let layer = match key {
        CtKey::Protocol => Layer::Transport,
        CtKey::L3Proto => Layer::Network,
        _ => return false,
    };
    let later = statements[at + 1..].iter().take_while(|statement| {
        matches!(
            statement,
            Statement::Match { .. } | Statement::VerdictMap { .. }
        )
    });
    let mut found = later.flat_map(headers);
    found.any(|header| header.layer() == layer)
}

/// A statement that may say what an earlier one asked for.
#[derive(Clone, Copy)]
struct Says<'a> {
    family: TableFamily,
    statement: &'a Statement,
}

impl Says<'_> {
    /// Whether it can be meant for such packets alone.
    fn too(self, asked: &Statement) -> bool {
        let Some((left, value)) = asks(asked) else {
            return false;
        };
        let (family, ip_only) = (self.family, self.own_family());
        match left {
            Expr::Meta(MetaKey::L4Proto) => self.transport(value),
            Expr::Field(Field::IpProtocol) => family == TableFamily::Ip && self.transport(value),
            Expr::Field(Field::Ip6Nexthdr) => family == TableFamily::Ip6 && self.transport(value),
            Expr::Meta(MetaKey::NfProto) => self.network(value, [2, 10]),
            Expr::Field(Field::EtherType) if ip_only => {
                self.network(value, [0x0800, 0x86dd])
                    || self.is_value_of_table(value)
                        && (self.any_transport() || asks_for_protocol(self.statement).is_some())
            }
            // A tag inside another one, and what a tag carries, are asked for beside the tag.
            Expr::Field(Field::VlanType) if value == 0x8100 => false,
            Expr::Field(Field::EtherType) if self.looks_at(Field::VlanType) => false,
            Expr::Field(Field::EtherType | Field::VlanType) => {
                self.network(value, [0x0800, 0x86dd])
            }
            Expr::Meta(MetaKey::IifType | MetaKey::OifType) => value == ETHERNET && self.link(),
            Expr::Meta(MetaKey::Protocol) => {
                family != TableFamily::Inet && self.network(value, [0x0800, 0x86dd])
            }
            Expr::Field(Field::Icmpv6Type) if value == 130 => self.looks_at(Field::Icmpv6MaxDelay),
            Expr::Field(Field::Icmpv6Type) if value == 2 => self.looks_at(Field::Icmpv6Mtu),
            Expr::Field(Field::IcmpType) if value == 3 => self.looks_at(Field::IcmpMtu),
            Expr::Field(Field::IcmpType) if value == 5 => self.looks_at(Field::IcmpGateway),
            _ => false,
        }
    }

    fn own_family(self) -> bool {
        matches!(self.family, TableFamily::Ip | TableFamily::Ip6)
    }

    /// Whether it asks for the protocol that all packets of its table have.
    fn own_network(self) -> bool {
        asks(self.statement).is_some_and(|(_, value)| self.is_value_of_table(value))
    }

    fn is_value_of_table(self, value: u128) -> bool {
        matches!(
            (self.family, value),
            (TableFamily::Ip, 0x0800) | (TableFamily::Ip6, 0x86dd)
        )
    }

    fn looks_at(self, wanted: Field) -> bool {
        matches!(self.statement, Statement::Match { left: Expr::Field(field), .. } if *field == wanted)
    }

    /// The headers that it looks into for more than a port to go to.
    fn headers(self) -> Vec<Header> {
        match self.statement {
            Statement::Tproxy { .. } => Vec::new(),
            Statement::Nat(nat) => {
                let port = None;
                headers(&Statement::Nat(Nat {
                    port,
                    ..nat.clone()
                }))
            }
            other => headers(other),
        }
    }

    /// Whether it looks into the header of this protocol above IP.
    fn transport(self, value: u128) -> bool {
        let own = |header: &Header| header.protocol().map(u128::from) == Some(value);
        self.headers().iter().any(own)
            || value == 6 && compares(self.statement, |e| matches!(e, Expr::TcpOption { .. }))
            || value == 132 && compares(self.statement, |e| matches!(e, Expr::SctpChunk { .. }))
            || value == 6
                && self.own_family()
                && *self.statement == Statement::Reject(Reject::TcpReset)
    }

    /// Whether it looks into the Ethernet header.
    fn link(self) -> bool {
        let all = self.headers();
        all.iter().any(|h| h.layer() == Layer::Link)
    }

    fn any_transport(self) -> bool {
        let all = self.headers();
        all.iter().any(|h| h.layer() == Layer::Transport)
    }

    /// Whether it looks into the header of this protocol of the network, of which the numbers of two
    /// versions are given, or answers by its ICMP.
    fn network(self, value: u128, [v4, v6]: [u128; 2]) -> bool {
        let all = self.headers();
        let option = |v6: bool| {
            compares(self.statement, |expr| match expr {
                Expr::IpOption { .. } => !v6,
                Expr::ExtensionHeader { .. } => v6,
                _ => false,
            })
        };
        match value {
            value if value == v4 => {
                all.iter().any(|h| matches!(h, Header::Ip | Header::Icmp))
                    || option(false)
                    || matches!(self.statement, Statement::Reject(Reject::Icmp(_)))
            }
            value if value == v6 => {
                all.iter()
                    .any(|h| matches!(h, Header::Ip6 | Header::Icmpv6))
                    || option(true)
                    || matches!(self.statement, Statement::Reject(Reject::Icmpv6(_)))
            }
            0x0806 => all.contains(&Header::Arp),
            0x8100 => all.contains(&Header::Vlan),
            _ => false,
        }
    }
}

/// Whether a statement compares such a thing.
fn compares(statement: &Statement, such: impl Fn(&Expr) -> bool) -> bool {
    matches!(statement, Statement::Match { left, .. } if such(left))
}

/// The check that a statement brings with it, unless those before it say the same.
#[must_use]
pub fn needed(
    family: TableFamily,
    before: &[Statement],
    statement: &Statement,
) -> Option<Statement> {
    let all = headers(statement);
    let equal = |key, value: &[u8]| {
        let value = Expr::Value(Value::new(value));
        Some(Statement::equal(Expr::Meta(key), value))
    };
    if let Some(protocol) = all.iter().find_map(|header| header.protocol()) {
        let known = transport_is_known(before);
        return (!known).then(|| equal(MetaKey::L4Proto, &[protocol]))?;
    }
    let v6 = all.contains(&Header::Ip6);
    if !v6 && !all.contains(&Header::Ip) || network(family, before).is_some() {
        return None;
    }
    match family {
        TableFamily::Inet => equal(MetaKey::NfProto, if v6 { &[10] } else { &[2] }),
        _ => equal(
            MetaKey::Protocol,
            if v6 { &[0x86, 0xdd] } else { &[0x08, 0x00] },
        ),
    }
}
