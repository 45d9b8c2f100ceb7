//! What is known of a packet's connection (nft(8), CONNTRACK EXPRESSIONS).

use crate::nft::parser::Parser;
use crate::nft::source::{Problem, Read};
use netloom_model::ruleset::expr::{CtDirection, CtKey};
use netloom_model::ruleset::{Expr, TableFamily};

impl Parser<'_> {
    fn direction(&mut self) -> Option<CtDirection> {
        let direction = match self.peek().text.as_str() {
            "original" => Some(CtDirection::Original),
            "reply" => Some(CtDirection::Reply),
            _ => None,
        };
        self.at += usize::from(direction.is_some());
        direction
    }

    pub(super) fn ct(&mut self) -> Read<Expr> {
        let from = self.at;
        self.at += 1;
        let direction = self.direction();
        let word = self.peek().text.clone();
        if direction.is_some() && matches!(word.as_str(), "saddr" | "daddr") {
            self.at += 1;
            let key = match (self.family, word.as_str()) {
                (TableFamily::Ip, "saddr") => CtKey::IpSaddr,
                (TableFamily::Ip, _) => CtKey::IpDaddr,
                (TableFamily::Ip6, "saddr") => CtKey::Ip6Saddr,
                (TableFamily::Ip6, _) => CtKey::Ip6Daddr,
                _ => {
                    let message = "cannot determine ip protocol version, use \"ip saddr\" or \
                                   \"ip6 saddr\" instead"
                        .replace("saddr", &word);
                    return Err(Problem::new(message, self.since(from)));
                }
            };
            return Ok(Expr::Ct(key, direction));
        }
        let both = format!("{word} {}", self.second_text());
        let (key, taken) = match (CtKey::by_name(&word), CtKey::by_name(&both)) {
            (Some(key), _) => (key, 1),
            (None, Some(key)) => (key, 2),
            _ => return Err(self.unexpected("")),
        };
        self.at += taken;
        // The family and the protocol are those of both directions.
        let direction = match key {
            CtKey::L3Proto | CtKey::Protocol => None,
            _ => direction,
        };
        Ok(Expr::Ct(key, direction))
    }
}
