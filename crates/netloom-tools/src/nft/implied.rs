//! Parts of a rule that cannot both hold are refused; what a part implies the model knows.

use super::source::{Problem, Read, Span};
use netloom_model::ruleset::field::Layer;
pub(super) use netloom_model::ruleset::implied::*;
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::{Header, TableFamily};

/// Refuses statements that no packet can fulfil together.
pub(super) fn check(family: TableFamily, statements: &[Statement], places: &[Span]) -> Read<()> {
    let mut network = match family {
        TableFamily::Ip => Some(Header::Ip),
        TableFamily::Ip6 => Some(Header::Ip6),
        TableFamily::Arp => Some(Header::Arp),
        _ => None,
    };
    let mut transport: Option<Header> = None;
    for (statement, at) in statements.iter().zip(places) {
        if let Some(number) = asks_for_protocol(statement) {
            let mut all = Header::ALL.iter();
            let named = all.find(|header| header.protocol() == Some(number));
            transport = transport.or(named.copied());
        }
        for header in headers(statement) {
            let known = match header.layer() {
                Layer::Network => &mut network,
                Layer::Transport if header.protocol().is_some() => &mut transport,
                _ => continue,
            };
            if header == Header::Arp && family == TableFamily::Inet {
                let message = "conflicting protocols specified: inet vs. arp";
                return Err(Problem::new(message, *at));
            }
            let before = *known.get_or_insert(header);
            if before != header {
                let message = format!(
                    "conflicting protocols specified: {} vs. {}",
                    before.name(),
                    header.name()
                );
                return Err(Problem::new(message, *at));
            }
        }
    }
    Ok(())
}
