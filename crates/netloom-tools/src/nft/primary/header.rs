//! Fields of headers, their options and extensions, and bytes by their place (nft(8), PAYLOAD
//! EXPRESSIONS, EXTENSION HEADER EXPRESSIONS).

use crate::nft::option;
use crate::nft::parser::Parser;
use crate::nft::source::{Problem, Read};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::{Expr, Field, Header, TableFamily};

impl Parser<'_> {
    pub(super) fn field(&mut self, header: Header) -> Read<Expr> {
        if header == Header::Gre {
            return Err(self.unexpected(""));
        }
        match (header, self.peek().text.as_str()) {
            (Header::Tcp, "option") => return self.option(option::Kind::Tcp),
            (Header::Ip, "option") => return self.option(option::Kind::Ip),
            (Header::Sctp, "chunk") => return self.option(option::Kind::Sctp),
            _ => {}
        }
        let word = self.peek().text.clone();
        let both = format!("{word} {}", self.second_text());
        let (field, taken) = match (header.field(&word), header.field(&both)) {
            (Some(field), _) => (field, 1),
            (None, Some(field)) => (field, 2),
            _ if (header, word.as_str()) == (Header::Vlan, "cfi") => (Field::VlanDei, 1),
            _ if header == Header::Dccp => return Err(self.unexpected("type or sport or dport")),
            _ => return Err(self.unexpected("")),
        };
        if matches!(
            field,
            Field::Icmpv6ParameterProblem | Field::Icmpv6PacketTooBig
        ) {
            return Err(self.unexpected(""));
        }
        self.at += taken;
        Ok(Expr::Field(field))
    }

    /// `tcp option NAME [FIELD]`; the protocol was taken.
    pub(super) fn option(&mut self, kind: option::Kind) -> Read<Expr> {
        self.at += 1;
        if kind == option::Kind::Tcp && self.eat("@") {
            let number = self.number_to(255)?;
            self.expect(",")?;
            let offset = self.number_to(65535)?;
            self.expect(",")?;
            let bits = self.number_to(128)?;
            return Ok(kind.expr(number, Some((offset, bits))));
        }
        let name = self.peek().text.clone();
        let Some(number) = kind.number(&name) else {
            return Err(self.unexpected(match kind {
                option::Kind::Ip => "lsrr or rr or ssrr or ra",
                _ => "",
            }));
        };
        self.at += 1;
        let word = self.peek().text.clone();
        let field = kind.field(&name, &word);
        self.at += usize::from(field.is_some());
        Ok(kind.expr(number, field))
    }

    /// `exthdr NAME`.
    pub(super) fn has_extension(&mut self) -> Read<Expr> {
        self.at += 1;
        let name = self.peek().text.clone();
        let kind = option::Kind::Extension;
        let Some(number) = kind.number(&name) else {
            return Err(self.unexpected(""));
        };
        self.at += 1;
        Ok(kind.expr(number, None))
    }

    /// `NAME FIELD` of a header of IPv6's extensions.
    pub(super) fn extension(&mut self) -> Read<Expr> {
        let name = self.next().text;
        let mut word = self.peek().text.clone();
        if self.second_is("[") {
            let index = self.tokens.get(self.at + 2).map_or("", |t| t.text.as_str());
            word = format!("{word}[{index}]");
        }
        let kind = option::Kind::Extension;
        let (Some(number), Some(field)) = (kind.number(&name), kind.field(&name, &word)) else {
            return Err(self.unexpected(""));
        };
        self.at += if word.ends_with(']') { 4 } else { 1 };
        Ok(kind.expr(number, Some(field)))
    }

    /// `@th,16,8`; what has a name is listed by it.
    pub(super) fn raw(&mut self) -> Read<Expr> {
        let layer = match self.peek().text.as_str() {
            "ll" => Layer::Link,
            "nh" => Layer::Network,
            "th" => Layer::Transport,
            "ih" => Layer::Inner,
            _ => return Err(self.unexpected("")),
        };
        self.at += 1;
        self.expect(",")?;
        let from = self.at;
        let offset = self.number()?;
        self.expect(",")?;
        let bits = self.number()?;
        let at = self.since(from);
        let (Ok(offset), Ok(bits)) = (u16::try_from(offset), u16::try_from(bits)) else {
            return Err(Problem::new("Invalid payload expression", at));
        };
        if bits == 0 || bits > 128 || offset.checked_add(bits).is_none() {
            return Err(Problem::new("Invalid payload expression", at));
        }
        let of = match (self.family, layer) {
            (_, Layer::Transport) => Some(Header::Th),
            (TableFamily::Ip, Layer::Network) => Some(Header::Ip),
            (TableFamily::Ip6, Layer::Network) => Some(Header::Ip6),
            _ => None,
        };
        let mut fields = Field::ALL.iter().filter(|f| Some(f.header()) == of);
        let named = fields.find(|field| (field.offset(), field.bits()) == (offset, bits));
        Ok(match named {
            Some(field) => Expr::Field(*field),
            None => Expr::Raw {
                layer,
                offset,
                bits,
            },
        })
    }
}
