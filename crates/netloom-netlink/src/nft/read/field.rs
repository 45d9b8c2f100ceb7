//! Which field of a header some bytes of a packet are: the rule said before which protocols it is for.

use super::Reader;
use netloom_model::ruleset::expr::{BitOp, MetaKey, Relation};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{Expr, Field, Header, TableFamily, implied};

/// The header of IP or ARP that a number of what follows Ethernet stands for.
const fn network_of(number: u128) -> Option<Header> {
    match number {
        0x0800 => Some(Header::Ip),
        0x86dd => Some(Header::Ip6),
        0x0806 => Some(Header::Arp),
        _ => None,
    }
}

/// Some bits of an option or of a header behind others, and how many stand behind them.
fn bits_of_option(of: &Expr, mask: u128) -> Option<(Expr, u32)> {
    let mut named = of.clone();
    let (Expr::ExtensionHeader { field, .. }
    | Expr::TcpOption { field, .. }
    | Expr::IpOption { field, .. }
    | Expr::SctpChunk { field, .. }) = &mut named
    else {
        return None;
    };
    let (offset, bits) = (*field)?;
    let (shift, own) = run(mask, bits)?;
    *field = Some((offset + bits - (shift + own), own));
    Some((named, shift.into()))
}

/// Where the bits of a mask are that follow one another: how many stand behind them, and how many they
/// are.
fn run(mask: u128, bits: u16) -> Option<(u16, u16)> {
    let shift = if mask == 0 {
        return None;
    } else {
        mask.trailing_zeros()
    };
    let own = (mask >> shift).trailing_ones();
    let whole = own == mask.count_ones() && shift + own <= u32::from(bits);
    whole.then_some((shift as u16, own as u16))
}

impl Reader<'_> {
    fn network(&self) -> Option<Header> {
        match implied::network(self.family, &self.statements) {
            Some(TableFamily::Ip) => return Some(Header::Ip),
            Some(TableFamily::Ip6) => return Some(Header::Ip6),
            _ if self.family == TableFamily::Arp => return Some(Header::Arp),
            _ => {}
        }
        self.statements.iter().find_map(|statement| match statement {
            Statement::Match {
                left:
                    Expr::Field(Field::EtherType | Field::VlanType) | Expr::Meta(MetaKey::Protocol),
                relation: Relation::Eq,
                right: Expr::Value(value),
            } => network_of(value.to_number()?),
            _ => None,
        })
    }

    /// Whether what stands before the network's header is an Ethernet header.
    fn has_ethernet(&self) -> bool {
        let own = matches!(self.family, TableFamily::Bridge | TableFamily::Netdev);
        let asked = |statement: &Statement| {
            let Statement::Match {
                left,
                relation: Relation::Eq,
                right: Expr::Value(value),
            } = statement
            else {
                return false;
            };
            let of_device = matches!(left, Expr::Meta(MetaKey::IifType | MetaKey::OifType));
            of_device && value.to_number() == Some(implied::ETHERNET)
        };
        own || self.context.xtables || self.statements.iter().any(asked)
    }

    fn transport(&self) -> Option<u8> {
        self.statements.iter().rev().find_map(|statement| {
            implied::asks_for_protocol(statement).or_else(|| implied::protocol(statement))
        })
    }

    /// Whether fields of a header can be meant.
    fn is_known(&self, header: Header) -> bool {
        match header.layer() {
            Layer::Link => self.has_ethernet(),
            Layer::Network => self.network() == Some(header),
            Layer::Transport => match self.transport() {
                Some(number) => header.protocol() == Some(number),
                None => header == Header::Th,
            },
            Layer::Inner => false,
        }
    }

    /// The headers of a layer that can be meant; where the protocol above IP is none that has a name its
    /// ports may still be.
    fn headers(&self, layer: Layer) -> Vec<Header> {
        let all = Header::ALL.iter().copied();
        let known: Vec<Header> = all
            .filter(|header| header.layer() == layer && self.is_known(*header))
            .collect();
        match (layer, &known[..]) {
            (Layer::Transport, []) => vec![Header::Th],
            _ => known,
        }
    }

    /// The field that lies there; of ICMP the type of the message says which.
    pub(super) fn field_at(&self, layer: Layer, offset: u16, bits: u16) -> Option<Field> {
        let headers = self.headers(layer);
        let all = Field::ALL.iter().copied();
        let found: Vec<Field> = all
            .filter(|f| headers.contains(&f.header()) && (f.offset(), f.bits()) == (offset, bits))
            .collect();
        let by_type = |field: &Field| {
            let wanted = match field {
                Field::IcmpMtu => (Field::IcmpType, 3),
                Field::IcmpGateway => (Field::IcmpType, 5),
                Field::Icmpv6PacketTooBig => (Field::Icmpv6Type, 255),
                Field::Icmpv6Mtu => (Field::Icmpv6Type, 2),
                Field::Icmpv6MaxDelay => (Field::Icmpv6Type, 130),
                _ => return false,
            };
            self.statements.iter().any(|statement| {
                matches!(statement, Statement::Match { left: Expr::Field(field), right: Expr::Value(value), .. }
                    if *field == wanted.0 && value.to_number() == Some(wanted.1))
            })
        };
        let told = found.iter().copied().find(by_type);
        told.or_else(|| found.first().copied())
    }

    /// The field that some bits of some bytes are, and how many stand behind it.
    pub(super) fn field_of_bits(
        &self,
        layer: Layer,
        offset: u16,
        bits: u16,
        mask: u128,
    ) -> Option<(Field, u32)> {
        let (shift, own) = run(mask, bits)?;
        let field = self.field_at(layer, offset + bits - (shift + own), own)?;
        // Ports of no protocol that has a name are looked at whole.
        (field.header() != Header::Th).then_some((field, shift.into()))
    }

    /// An expression with fields in the place of bytes.
    pub(super) fn named(&self, expr: &Expr) -> Expr {
        self.resolved(expr).0
    }

    /// The same, and how many bits stand behind what was named, in what it is compared with.
    pub(super) fn resolved(&self, expr: &Expr) -> (Expr, u32) {
        match expr {
            Expr::Raw {
                layer,
                offset,
                bits,
            } => match self.field_at(*layer, *offset, *bits) {
                Some(field) => (Expr::Field(field), 0),
                None => (expr.clone(), 0),
            },
            Expr::Bits(BitOp::And, of, mask) => self.under(of, mask),
            Expr::Bits(BitOp::ShiftRight, of, by) => {
                let (inner, shift) = self.resolved(of);
                let by_number = match &**by {
                    Expr::Value(by) => by.to_number(),
                    _ => None,
                };
                if shift > 0 && by_number == Some(shift.into()) {
                    return (inner, 0);
                }
                let of = Box::new(self.named(of));
                (Expr::Bits(BitOp::ShiftRight, of, by.clone()), 0)
            }
            Expr::Bits(op, left, right) => {
                let (left, right) = (Box::new(self.named(left)), Box::new(self.named(right)));
                (Expr::Bits(*op, left, right), 0)
            }
            _ => (expr.clone(), 0),
        }
    }

    fn under(&self, of: &Expr, mask: &Expr) -> (Expr, u32) {
        if let (
            Expr::Raw {
                layer,
                offset,
                bits,
            },
            Expr::Value(value),
        ) = (of, mask)
            && let Some(number) = value.to_number()
            && let Some((field, shift)) = self.field_of_bits(*layer, *offset, *bits, number)
        {
            return (Expr::Field(field), shift);
        }
        if let Expr::Value(value) = mask
            && let Some(number) = value.to_number()
            && let Some(named) = bits_of_option(of, number)
        {
            return named;
        }
        let (left, right) = (Box::new(self.named(of)), Box::new(self.named(mask)));
        (Expr::Bits(BitOp::And, left, right), 0)
    }

    /// The fields that lie side by side in some bytes, which they fill.
    pub(super) fn fields_in(&self, layer: Layer, offset: u16, bits: u16) -> Option<Vec<Field>> {
        let headers = self.headers(layer);
        let mut found = Vec::new();
        let mut at = offset;
        while at < offset + bits {
            let next = Field::ALL.iter().copied().find(|field| {
                headers.contains(&field.header())
                    && field.header() != Header::Th
                    && field.offset() == at
                    && field.bits().is_multiple_of(8)
                    && at + field.bits() <= offset + bits
            })?;
            at += next.bits();
            found.push(next);
        }
        (found.len() > 1).then_some(found)
    }

    /// The address whose first bits some bytes are.
    pub(super) fn address_beginning_at(
        &self,
        layer: Layer,
        offset: u16,
        bits: u16,
    ) -> Option<Field> {
        use netloom_model::ruleset::DataType;
        let headers = self.headers(layer);
        let is_address = |field: &Field| match field.datatype() {
            DataType::Ipv4Addr | DataType::Ipv6Addr => true,
            // Nft has no such form of them; ebtables has.
            DataType::EtherAddr => self.context.xtables,
            _ => false,
        };
        Field::ALL.iter().copied().find(|field| {
            headers.contains(&field.header())
                && is_address(field)
                && field.offset() == offset
                && field.bits() > bits
        })
    }
}
