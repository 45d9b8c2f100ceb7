//! Statements that lead a packet elsewhere: translations, proxies, queues, copies (nft(8), NAT, TPROXY,
//! QUEUE, DUP and FWD STATEMENTS).

use super::lexer::Kind;
use super::parser::Parser;
use super::source::{Problem, Read, Span};
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::statement::{Nat, NatFlags, NatKind, Statement};
use netloom_model::ruleset::{DataType, Expr, TableFamily};

/// The type of a family's addresses.
pub(super) const fn address_type(family: TableFamily) -> DataType {
    match family {
        TableFamily::Ip6 => DataType::Ipv6Addr,
        _ => DataType::Ipv4Addr,
    }
}

impl Parser<'_> {
    /// `snat|dnat|masquerade|redirect ...`.
    pub(super) fn nat(&mut self) -> Read<Statement> {
        let word = self.next();
        let kind = match word.text.as_str() {
            "snat" => NatKind::Snat,
            "dnat" => NatKind::Dnat,
            "masquerade" => NatKind::Masquerade,
            _ => NatKind::Redirect,
        };
        let mut nat = Nat {
            kind,
            family: None,
            address: None,
            port: None,
            flags: NatFlags::default(),
            prefix: false,
        };
        self.compared = self.peek().at;
        if matches!(kind, NatKind::Snat | NatKind::Dnat) {
            if self.at_end() {
                return Err(self.unexpected(""));
            }
            self.nat_address(&mut nat, word.at)?;
        } else if self.eat("to") {
            self.eat(":");
            nat.port = Some(self.nat_port(&nat, word.at)?);
        }
        self.nat_flags(&mut nat.flags)?;
        if matches!(
            self.family,
            TableFamily::Arp | TableFamily::Bridge | TableFamily::Netdev
        ) {
            let message = "NAT is only supported for IPv4/IPv6";
            return Err(Problem::new(message, word.at));
        }
        Ok(Statement::Nat(nat))
    }

    fn nat_address(&mut self, nat: &mut Nat, word: Span) -> Read<()> {
        nat.family = match self.peek().text.as_str() {
            "ip" => Some(TableFamily::Ip),
            "ip6" => Some(TableFamily::Ip6),
            _ => None,
        };
        self.at += usize::from(nat.family.is_some());
        if let Some(family) = nat.family
            && matches!(self.family, TableFamily::Ip | TableFamily::Ip6)
            && family != self.family
        {
            let message = format!(
                "conflicting protocols specified: {} vs. {}. You must specify ip or ip6 family in nat statement",
                self.family.name(),
                family.name()
            );
            return Err(Problem::new(message, word));
        }
        nat.prefix = self.eat("prefix");
        self.eat("interval");
        if self.eat("addr") {
            self.expect(".")?;
            self.expect("port")?;
        }
        // The word may be left out in front of an address.
        if nat.family.is_some() || nat.prefix || self.is("to") || self.peek().kind == Kind::Word {
            self.expect("to")?;
        }
        let unknown = self.family == TableFamily::Inet
            && nat.family.is_none()
            && super::implied::network(self.family, &self.said).is_none();
        if unknown && !self.is(":") {
            let message = "ip or ip6 must be specified with address for inet tables.";
            return Err(Problem::new(message, word));
        }
        let family = nat.family.unwrap_or_else(|| self.nat_family());
        if !self.is(":") {
            let ty = address_type(family);
            let from = self.at;
            nat.address = Some(if self.at_expression() {
                let address = self.mapped(&[ty, DataType::InetService])?;
                // Addresses with ports, or from one to another, are told to be of the family.
                if self.is_of_several(&address) {
                    let known = super::implied::transport_is_known(&self.said);
                    if self.has_ports(&address)
                        && !known
                        && !super::implied::has_transport(&address)
                    {
                        let message = "transport protocol mapping is only valid after transport \
                                       protocol match";
                        return Err(Problem {
                            with: Some(word),
                            ..Problem::new(message, self.since(from))
                        });
                    }
                    nat.family.get_or_insert(family);
                } else if self.family == family {
                    nat.family = None;
                }
                address
            } else {
                let inside = self.eat("[");
                let address = self.range(ty)?;
                if inside {
                    self.expect("]")?;
                }
                nat.family = nat.family.filter(|family| *family != self.family);
                match address {
                    Expr::Prefix(..) if !nat.prefix => {
                        nat.prefix = true;
                        address
                    }
                    address => address,
                }
            });
        }
        if nat.address.is_none() || self.is(":") {
            self.expect(":")?;
            nat.port = Some(self.nat_port(nat, word)?);
        }
        if self.family == TableFamily::Inet && nat.address.is_some() {
            nat.family.get_or_insert(family);
        }
        Ok(())
    }

    /// The family of an address: of those that the rule is for.
    fn nat_family(&mut self) -> TableFamily {
        super::implied::network(self.family, &self.said).unwrap_or(TableFamily::Ip)
    }

    /// Whether a map that is written here has addresses with ports.
    fn has_ports(&self, expr: &Expr) -> bool {
        let Expr::Map { map, .. } = expr else {
            return false;
        };
        matches!(&**map, Expr::Set(elements) if elements.iter().any(|element| {
            matches!(&element.data, Some(ElementData::Value(parts)) if parts.len() > 1)
        }))
    }

    /// Whether a map has addresses with ports, or from one to another.
    fn is_of_several(&self, expr: &Expr) -> bool {
        let Expr::Map { map, .. } = expr else {
            return false;
        };
        match &**map {
            Expr::Set(elements) => elements.iter().any(|element| match &element.data {
                Some(ElementData::Value(parts)) => parts.len() > 1,
                Some(ElementData::Range(..)) => true,
                _ => false,
            }),
            Expr::SetRef(name) => {
                let known = self.known_set_of_rule(name);
                matches!(known, Some((_, Some(MapData::Values(types)))) if types.len() > 1)
            }
            _ => false,
        }
    }

    fn nat_port(&mut self, nat: &Nat, word: Span) -> Read<Expr> {
        let from = self.at;
        let port = if self.at_expression() {
            self.mapped(&[DataType::InetService])?
        } else {
            self.range(DataType::InetService)?
        };
        let by_address = nat
            .address
            .as_ref()
            .is_some_and(super::implied::has_transport);
        if !by_address && !super::implied::transport_is_known(&self.said) {
            let message = "transport protocol mapping is only valid after transport protocol match";
            return Err(Problem {
                with: Some(word),
                ..Problem::new(message, self.since(from))
            });
        }
        Ok(port)
    }

    fn nat_flags(&mut self, flags: &mut NatFlags) -> Read<()> {
        loop {
            let flag = match self.peek().text.as_str() {
                "random" => &mut flags.random,
                "fully-random" => &mut flags.fully_random,
                "persistent" => &mut flags.persistent,
                _ => return Ok(()),
            };
            *flag = true;
            self.at += 1;
            if !self.eat(",") {
                return Ok(());
            }
        }
    }

    /// `tproxy [ip|ip6] to [ADDRESS][:PORT]`.
    pub(super) fn tproxy(&mut self) -> Read<Statement> {
        let from = self.at;
        self.at += 1;
        let family = match self.peek().text.as_str() {
            "ip" => Some(TableFamily::Ip),
            "ip6" => Some(TableFamily::Ip6),
            _ => None,
        };
        self.at += usize::from(family.is_some());
        self.expect("to")?;
        let ty = address_type(family.unwrap_or_else(|| self.nat_family()));
        let mut address = None;
        if !self.is(":") {
            let inside = self.eat("[");
            address = Some(match self.at_expression() {
                true => self.mapped(&[ty])?,
                false => self.range(ty)?,
            });
            if inside {
                self.expect("]")?;
            }
        }
        let mut port = None;
        if self.eat(":") {
            port = Some(match self.at_expression() {
                true => self.mapped(&[DataType::InetService])?,
                false => self.range(DataType::InetService)?,
            });
        }
        let whole = self.since(from);
        if let Some(message) = self.no_proxy(family, address.as_ref(), port.as_ref()) {
            return Err(Problem::new(message, whole));
        }
        Ok(Statement::Tproxy {
            family: family.filter(|family| *family != self.family),
            address,
            port,
        })
    }

    /// Why a transparent proxy cannot be meant so (`stmt_evaluate_tproxy`'s order).
    fn no_proxy(
        &self,
        family: Option<TableFamily>,
        address: Option<&Expr>,
        port: Option<&Expr>,
    ) -> Option<String> {
        let own = match self.family {
            TableFamily::Ip | TableFamily::Ip6 => Some(self.family),
            TableFamily::Inet => None,
            _ => return Some("tproxy is only supported for IPv4/IPv6/INET".to_owned()),
        };
        if let (Some(own), Some(family)) = (own, family)
            && own != family
        {
            return Some(format!(
                "conflicting protocols specified: {} vs. {}. You must specify ip or ip6 family in \
                 tproxy statement",
                own.name(),
                family.name()
            ));
        }
        if !super::implied::transport_is_known(&self.said) {
            return Some("Transparent proxy support requires transport protocol match".to_owned());
        }
        if own.is_none() && family.is_none() && address.is_some() {
            let message = "ip or ip6 must be specified with address for inet tables.";
            return Some(message.to_owned());
        }
        let range = |expr: &Expr| matches!(expr, Expr::Range(..));
        if address.is_some_and(range) {
            return Some("Address ranges are not supported for tproxy.".to_owned());
        }
        let message = "Port ranges are not supported for tproxy.";
        port.is_some_and(range).then(|| message.to_owned())
    }

    /// `queue [num N[-N]] [bypass,fanout]`, `queue flags ... to EXPR`.
    pub(super) fn queue(&mut self) -> Read<Statement> {
        self.at += 1;
        let (mut bypass, mut fanout) = (false, false);
        let mut number = Expr::Value(0u16.into());
        let words = self.is("flags");
        if self.eat("flags") {
            (bypass, fanout) = self.queue_flags();
        }
        let from = self.at;
        if self.eat("num") || self.eat("to") {
            let expression = self.at;
            let at_expression = self.at_expression();
            number = match at_expression {
                true => self.mapped(&[DataType::Integer(16)])?,
                false => self.range(DataType::Integer(16)).map_err(|problem| {
                    let whole = self.since(from);
                    Problem {
                        at: whole,
                        ..problem
                    }
                })?,
            };
            if let Expr::Hash {
                modulus, offset, ..
            }
            | Expr::Numgen {
                modulus, offset, ..
            } = &number
                && u64::from(*modulus) + u64::from(*offset) > 1 << 16
            {
                let message = "queue expression max value exceeds 65535";
                return Err(Problem::new(message, self.since(expression)));
            }
        } else if words {
            return Err(self.unexpected("comma or to or num"));
        }
        // A number stands with its word.
        let number_at = match number {
            Expr::Value(_) => self.since(from),
            _ => self.since(from + 1),
        };
        let (more_bypass, more_fanout) = self.queue_flags();
        if (fanout || more_fanout) && !matches!(number, Expr::Range(..)) {
            let message = "fanout requires a range to be specified";
            return Err(Problem::new(message, number_at));
        }
        Ok(Statement::Queue {
            number,
            bypass: bypass || more_bypass,
            fanout: fanout || more_fanout,
        })
    }

    fn queue_flags(&mut self) -> (bool, bool) {
        let (mut bypass, mut fanout) = (false, false);
        loop {
            if self.eat("bypass") {
                bypass = true;
            } else if self.eat("fanout") {
                fanout = true;
            } else {
                return (bypass, fanout);
            }
            if !self.eat(",") {
                return (bypass, fanout);
            }
        }
    }

    fn device(&mut self) -> Read<Expr> {
        match self.at_expression() {
            true => self.mapped(&[DataType::IfaceIndex]),
            false => self.range(DataType::IfaceIndex),
        }
    }

    /// `dup to ADDRESS [device NAME]`; in `netdev` the device alone.
    pub(super) fn dup(&mut self) -> Read<Statement> {
        let from = self.at;
        self.at += 1;
        self.expect("to")?;
        if self.family == TableFamily::Netdev {
            let device = Some(self.device()?);
            return Ok(Statement::Dup { to: None, device });
        }
        let ty = address_type(self.family);
        let token = self.peek().clone();
        if !matches!(self.family, TableFamily::Ip | TableFamily::Ip6) {
            self.at += 1;
            let _ = token;
            return Err(Problem::new("unsupported family", self.since(from)));
        }
        let to = match self.at_expression() {
            true => self.mapped(&[ty])?,
            false => self.range(ty)?,
        };
        let device = match self.eat("device") {
            true => Some(self.device()?),
            false => None,
        };
        Ok(Statement::Dup {
            to: Some(to),
            device,
        })
    }

    /// `fwd to NAME`, `fwd ip to ADDRESS device NAME`.
    pub(super) fn forward(&mut self) -> Read<Statement> {
        let from = self.at;
        self.at += 1;
        let family = match self.peek().text.as_str() {
            "ip" => Some(TableFamily::Ip),
            "ip6" => Some(TableFamily::Ip6),
            _ => None,
        };
        self.at += usize::from(family.is_some());
        self.expect("to")?;
        let Some(of) = family else {
            let device = self.device()?;
            if self.family != TableFamily::Netdev {
                return Err(Problem::new("unsupported family", self.since(from)));
            }
            return Ok(Statement::Forward {
                device,
                to: None,
                family,
            });
        };
        let ty = address_type(of);
        let to = match self.at_expression() {
            true => self.mapped(&[ty])?,
            false => self.range(ty)?,
        };
        self.expect("device")?;
        Ok(Statement::Forward {
            device: self.device()?,
            to: Some(to),
            family,
        })
    }
}
