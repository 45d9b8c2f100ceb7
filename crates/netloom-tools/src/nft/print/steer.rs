//! Statements that lead a packet elsewhere, or back, in nft's words; and those that keep something
//! of it in a set.

use super::{Style, update_word};
use crate::nft::constant;
use crate::nft::moment::show_milliseconds;
use crate::nft::steer::address_type;
use netloom_model::ruleset::statement::{Nat, NatFlags, NatKind, Reject, Statement};
use netloom_model::ruleset::{DataType, Expr, TableFamily, Value};
use std::fmt::Write as _;

impl Style<'_> {
    /// Statements that lead a packet elsewhere, or keep something of it.
    pub(super) fn elsewhere(&self, statement: &Statement) -> String {
        match statement {
            Statement::Tproxy {
                family,
                address,
                port,
            } => {
                let mut words = "tproxy".to_owned();
                if let Some(family) = family {
                    let _ = write!(words, " {}", family.name());
                }
                words += " to";
                let of = family.unwrap_or(self.family);
                words += &self.endpoint((of, true), address.as_ref(), port.as_ref());
                words
            }
            Statement::Dup { to, device } => self.dup(to.as_ref(), device.as_ref()),
            Statement::Forward { device, to, family } => {
                let device = self.expr_as(device, &[DataType::IfaceIndex]);
                match (to, family) {
                    (Some(to), Some(family)) => {
                        let to = self.expr_as(to, &[address_type(*family)]);
                        format!("fwd {} to {to} device {device}", family.name())
                    }
                    _ => format!("fwd to {device}"),
                }
            }
            Statement::Queue {
                number,
                bypass,
                fanout,
            } => {
                let flags: Vec<&str> = [(*bypass, "bypass"), (*fanout, "fanout")]
                    .into_iter()
                    .filter_map(|(set, name)| set.then_some(name))
                    .collect();
                let flags = match &flags[..] {
                    [] => String::new(),
                    flags => format!(" flags {}", flags.join(",")),
                };
                let number = self.expr_as(number, &[DataType::Integer(16)]);
                format!("queue{flags} to {number}")
            }
            Statement::Update {
                op,
                set,
                key,
                data,
                timeout,
                statements,
            } => {
                let meter = self.sets.iter().find(|own| own.meter && own.name == *set);
                let mut words = match meter {
                    Some(meter) => format!("meter {set} size {} {{", meter.size.unwrap_or(0xffff)),
                    None => format!("{} @{set} {{", update_word(*op)),
                };
                let _ = write!(words, " {}", self.expr(key));
                if let Some(timeout) = timeout {
                    let _ = write!(words, " timeout {}", show_milliseconds(*timeout));
                }
                // What a new element begins with is not counted yet.
                let bare = Style {
                    stateless: true,
                    ..*self
                };
                for statement in statements {
                    let _ = write!(words, " {}", bare.statement(statement));
                }
                if let Some(data) = data {
                    let types = self.data_types(set);
                    let _ = write!(words, " : {}", self.expr_as(data, &types));
                }
                words + " }"
            }
            _ => "# unknown".to_owned(),
        }
    }

    fn dup(&self, to: Option<&Expr>, device: Option<&Expr>) -> String {
        let device = device.map(|device| self.expr_as(device, &[DataType::IfaceIndex]));
        match (to, device) {
            (Some(to), device) => {
                let to = self.expr_as(to, &[address_type(self.family)]);
                let device = device.map_or_else(String::new, |device| format!(" device {device}"));
                format!("dup to {to}{device}")
            }
            (None, device) => format!("dup to {}", device.unwrap_or_default()),
        }
    }

    pub(super) fn nat(&self, nat: &Nat) -> String {
        let mut words = nat_word(nat.kind).to_owned();
        let family = nat.family.unwrap_or(self.family);
        if let Some(family) = nat.family {
            let _ = write!(words, " {}", family.name());
        }
        if nat.prefix {
            words += " prefix";
        }
        if nat.address.is_some() || nat.port.is_some() {
            words += " to";
            words += &self.endpoint((family, false), nat.address.as_ref(), nat.port.as_ref());
        }
        let flags = flag_words(nat.flags);
        if !flags.is_empty() {
            let _ = write!(words, " {}", flags.join(","));
        }
        words
    }

    /// ` ADDRESS:PORT`.
    fn endpoint(
        &self,
        (family, proxy): (TableFamily, bool),
        address: Option<&Expr>,
        port: Option<&Expr>,
    ) -> String {
        let types = [address_type(family), DataType::InetService];
        let brackets = family == TableFamily::Ip6 && (port.is_some() || proxy);
        let mut words = " ".to_owned();
        match address {
            Some(address @ Expr::Value(_)) if brackets => {
                let _ = write!(words, "[{}]", self.expr_as(address, &types));
            }
            Some(Expr::Range(from, to)) if brackets => {
                let show = |value: &Value| self.constant(&types, &Expr::Value(value.clone()));
                let _ = write!(words, "[{}]-[{}]", show(from), show(to));
            }
            Some(address) => words += &self.expr_as(address, &types),
            None => {}
        }
        if let Some(port) = port {
            let _ = write!(words, ":{}", self.expr_as(port, &[DataType::InetService]));
        }
        words
    }

    pub(super) fn reject(&self, reject: Reject) -> String {
        let symbol = |ty: DataType, code: u8| {
            constant::show(ty, &Value::from(code), self.numeric, self.devices)
        };
        match (reject, self.family) {
            (Reject::Icmp(3), TableFamily::Ip)
            | (Reject::Icmpv6(4), TableFamily::Ip6)
            | (Reject::Icmpx(1), _) => "reject".to_owned(),
            (Reject::Icmp(code), _) => {
                format!("reject with icmp {}", symbol(DataType::IcmpCode, code))
            }
            (Reject::Icmpv6(code), _) => {
                format!("reject with icmpv6 {}", symbol(DataType::Icmpv6Code, code))
            }
            (Reject::Icmpx(code), _) => {
                format!("reject with icmpx {}", symbol(DataType::IcmpxCode, code))
            }
            (Reject::TcpReset, _) => "reject with tcp reset".to_owned(),
        }
    }
}

/// The word of a kind of translation.
pub(in crate::nft) const fn nat_word(kind: NatKind) -> &'static str {
    match kind {
        NatKind::Snat => "snat",
        NatKind::Dnat => "dnat",
        NatKind::Masquerade => "masquerade",
        NatKind::Redirect => "redirect",
    }
}

/// The words of how a translation chooses.
pub(in crate::nft) fn flag_words(flags: NatFlags) -> Vec<&'static str> {
    let words = [
        (flags.random, "random"),
        (flags.fully_random, "fully-random"),
        (flags.persistent, "persistent"),
    ];
    words
        .into_iter()
        .filter_map(|(set, word)| set.then_some(word))
        .collect()
}
