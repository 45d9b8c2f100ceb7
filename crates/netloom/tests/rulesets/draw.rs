//! Drawing a case: settings, one or two rulesets, and packets that have a chance to meet them.

mod iptables;
mod nft;
mod packets;

use crate::case::{Case, Line};
use crate::dice::Dice;

/// How many packets a case sends.
pub(crate) const PACKETS: usize = 40;

/// Settings that change what is tracked and how, each in a few cases of a hundred.
const SETTINGS: [(usize, &str, &str); 4] = [
    (15, "net.netfilter.nf_conntrack_acct", "1"),
    (8, "net.netfilter.nf_conntrack_tcp_loose", "0"),
    (8, "net.netfilter.nf_conntrack_tcp_be_liberal", "1"),
    (5, "net.netfilter.nf_conntrack_checksum", "0"),
];

/// Which commands load the rules of a case.
#[derive(Clone, Copy)]
enum By {
    Iptables,
    Legacy,
    Nft,
    /// nft beside one of the others.
    NftAnd(&'static str),
}

/// The case of a seed.
pub(crate) fn draw(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let versions: &[bool] = dice.weighted(&[
        (55, &[false][..]),
        (25, &[true][..]),
        (20, &[false, true][..]),
    ]);
    let by = dice.weighted(&[
        (38, By::Iptables),
        (24, By::Legacy),
        (28, By::Nft),
        (5, By::NftAnd("nft")),
        (5, By::NftAnd("legacy")),
    ]);
    let mut lines = Vec::new();
    for (percent, name, value) in SETTINGS {
        if dice.chance(percent) {
            lines.push(Line::Setting {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }
    if let By::Nft | By::NftAnd(_) = by {
        lines.push(Line::Rules("nft".to_owned()));
        lines.extend(nft::draw(&mut dice, versions).into_iter().map(Line::Text));
    }
    let variant = match by {
        By::Iptables => Some("nft"),
        By::Legacy => Some("legacy"),
        By::NftAnd(other) => Some(other),
        By::Nft => None,
    };
    if let Some(variant) = variant {
        for v6 in versions {
            let six = if *v6 { "6" } else { "" };
            lines.push(Line::Rules(format!("ip{six}tables-{variant}-restore")));
            lines.extend(iptables::draw(&mut dice, *v6).into_iter().map(Line::Text));
        }
    }
    lines.extend(
        packets::draw(&mut dice, versions)
            .into_iter()
            .map(Line::Packet),
    );
    Case { lines }
}
