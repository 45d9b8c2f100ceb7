//! Rules of `ebtables` in words, as `-L` and `ebtables-save` print them.

use super::super::ext::icmp;
use super::super::{hardware, show};
use super::{among, llc, names, target};
use netloom_model::Family;
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::statement::{Limit, Log, Verdict};
use netloom_model::ruleset::xt::{
    EbArp, EbIp, EbVlan, MacMask, Network, Not, Span, XtMatch, XtTarget,
};
use netloom_model::ruleset::{Expr, Field, Rule, Statement};

/// The words of a rule, behind its chain.
pub(in super::super) fn words(rule: &Rule) -> String {
    let mut head = Head::default();
    let mut matches = Vec::new();
    let mut jump = "-j CONTINUE".to_owned();
    for statement in &rule.statements {
        match statement {
            Statement::Match {
                left,
                relation,
                right,
            } => match head.take(left, *relation, right) {
                Some(()) => {}
                None => matches.extend(among::show(left, *relation, right)),
            },
            Statement::XtMatch(found) => matches.extend(one(found)),
            Statement::Limit(limit) => matches.push(show_limit(limit)),
            Statement::XtTarget(XtTarget::Log {
                level,
                prefix,
                flags,
            }) => matches.push(log(*level, prefix, *flags)),
            Statement::Log(log) => matches.push(nflog(log)),
            Statement::Verdict(verdict) => {
                let name = match verdict {
                    Verdict::Accept => "ACCEPT",
                    Verdict::Drop => "DROP",
                    Verdict::Return => "RETURN",
                    Verdict::Continue => "CONTINUE",
                    Verdict::Jump(chain) | Verdict::Goto(chain) => chain,
                };
                jump = format!("-j {name}");
            }
            Statement::XtTarget(found) => {
                if let Some((name, words)) = target::show(found) {
                    jump = format!("-j {name} {words}");
                }
            }
            _ => {}
        }
    }
    let parts = [
        head.protocol,
        head.source,
        head.destination,
        head.input,
        head.logical_in,
        head.output,
        head.logical_out,
    ];
    let parts = parts.into_iter().flatten().chain(matches).chain([jump]);
    parts.collect::<Vec<_>>().join(" ")
}

/// What every rule can ask.
#[derive(Default)]
struct Head {
    protocol: Option<String>,
    source: Option<String>,
    destination: Option<String>,
    input: Option<String>,
    logical_in: Option<String>,
    output: Option<String>,
    logical_out: Option<String>,
}

const fn bang(not: bool) -> &'static str {
    if not { "! " } else { "" }
}

impl Head {
    /// Takes a comparison that is one of these.
    fn take(&mut self, left: &Expr, relation: Relation, right: &Expr) -> Option<()> {
        let bang = bang(relation == Relation::Ne);
        if let (Expr::Meta(key), Expr::Value(name)) = (left, right) {
            let (option, place) = match key {
                MetaKey::IifName => ("-i", &mut self.input),
                MetaKey::OifName => ("-o", &mut self.output),
                MetaKey::IbrName => ("--logical-in", &mut self.logical_in),
                MetaKey::ObrName => ("--logical-out", &mut self.logical_out),
                _ => return None,
            };
            *place = Some(format!("{option} {bang}{}", hardware::show_device(name)));
            return Some(());
        }
        if let (Expr::Field(Field::EtherType), Expr::Value(number)) = (left, right) {
            self.protocol = Some(match relation {
                Relation::Lt => "-p Length".to_owned(),
                Relation::Ge => "-p ! Length".to_owned(),
                _ => {
                    let name = names::show_ethertype(number.to_number()? as u16);
                    format!("-p {bang}{name}")
                }
            });
            return Some(());
        }
        let (field, asked) = hardware::compared_mac(left, right)?;
        let (option, place) = match field {
            Field::EtherSaddr => ("-s", &mut self.source),
            Field::EtherDaddr => ("-d", &mut self.destination),
            _ => return None,
        };
        *place = Some(format!("{option} {bang}{}", mac(asked)));
        Some(())
    }
}

/// An address, by its name if it has one.
fn mac(asked: MacMask) -> String {
    let named = hardware::NAMES
        .iter()
        .find(|(_, address, mask)| (asked.address.0, asked.mask.0) == (*address, *mask));
    named.map_or_else(
        || hardware::show_mac(asked),
        |(name, ..)| (*name).to_owned(),
    )
}

fn one(found: &XtMatch) -> Option<String> {
    Some(match found {
        XtMatch::EbIp(asked) => ip(asked, Family::V4),
        XtMatch::EbIp6(asked) => ip(asked, Family::V6),
        XtMatch::EbArp(asked) => arp(asked),
        XtMatch::EbVlan(asked) => vlan(asked),
        XtMatch::Stp(asked) => llc::show_stp(asked),
        XtMatch::EbLlc(asked) => llc::show_llc(asked),
        XtMatch::EbMark { mark, any } => {
            let bang = bang(mark.not);
            match mark.is {
                asked if *any => format!("--mark {bang}/0x{:x}", asked.mask),
                asked if asked.mask == u32::MAX => format!("--mark {bang}0x{:x}", asked.value),
                asked => format!("--mark {bang}0x{:x}/0x{:x}", asked.value, asked.mask),
            }
        }
        XtMatch::Pkttype(kind) => {
            let name = names::PACKET_TYPES.get(usize::from(kind.is));
            let name = name.map_or_else(|| kind.is.to_string(), |name| (*name).to_owned());
            format!("--pkttype-type {}{name}", bang(kind.not))
        }
        _ => return None,
    })
}

/// The words of those parts that are asked.
struct Words(Vec<String>);

impl Words {
    fn add<T>(&mut self, option: &str, asked: Option<&Not<T>>, say: impl Fn(&T) -> String) {
        if let Some(asked) = asked {
            let bang = bang(asked.not);
            self.0.push(format!("--{option} {bang}{}", say(&asked.is)));
        }
    }
}

fn span<T: PartialEq + core::fmt::Display>((from, to): &Span<T>) -> String {
    if from == to {
        from.to_string()
    } else {
        format!("{from}:{to}")
    }
}

fn ip(asked: &EbIp, family: Family) -> String {
    let network = |network: &Network| hardware::show_network(network);
    let name = if family == Family::V4 { "ip" } else { "ip6" };
    let option = |rest: &str| format!("{name}-{rest}");
    let tos = if family == Family::V4 {
        "tos"
    } else {
        "tclass"
    };
    let mut words = Words(Vec::new());
    words.add(&option("src"), asked.source.as_ref(), network);
    words.add(&option("dst"), asked.destination.as_ref(), network);
    words.add(&option(tos), asked.tos.as_ref(), |tos| {
        format!("0x{tos:02x}")
    });
    words.add(&option("proto"), asked.protocol.as_ref(), |protocol| {
        show::protocol(*protocol)
    });
    words.add(&option("sport"), asked.sport.as_ref(), span);
    words.add(&option("dport"), asked.dport.as_ref(), span);
    words.add(
        &option("icmp-type"),
        asked.icmp.as_ref(),
        |(types, codes)| {
            let code = (codes.0 == codes.1).then_some(codes.0);
            let one = types.0 == types.1 && (code.is_some() || *codes == (0, 255));
            let named = one.then(|| icmp::name(types.0, code, family)).flatten();
            match named {
                Some(name) => name.to_owned(),
                None => format!("{}/{}", span(types), span(codes)),
            }
        },
    );
    words.add(&option("igmp-type"), asked.igmp.as_ref(), |types| {
        let named = names::IGMP
            .iter()
            .find(|(_, kind)| (*kind, *kind) == *types);
        named.map_or_else(|| span(types), |(name, _)| (*name).to_owned())
    });
    words.0.join(" ")
}

fn arp(asked: &EbArp) -> String {
    let network = |network: &Network| hardware::show_network(network);
    let mut words = Words(Vec::new());
    words.add("arp-op", asked.op.as_ref(), |op| {
        let named = hardware::OPCODES.get(usize::from(*op).wrapping_sub(1));
        named.map_or_else(|| op.to_string(), |name| (*name).to_owned())
    });
    words.add("arp-htype", asked.htype.as_ref(), u16::to_string);
    words.add("arp-ptype", asked.ptype.as_ref(), |ptype| {
        format!("0x{ptype:x}")
    });
    words.add("arp-ip-src", asked.source_ip.as_ref(), network);
    words.add("arp-ip-dst", asked.target_ip.as_ref(), network);
    // Here groups have no names.
    words.add("arp-mac-src", asked.source_mac.as_ref(), |asked| {
        hardware::show_mac(*asked)
    });
    words.add("arp-mac-dst", asked.target_mac.as_ref(), |asked| {
        hardware::show_mac(*asked)
    });
    if let Some(gratuitous) = asked.gratuitous {
        words
            .0
            .push(format!("{}--arp-gratuitous", bang(gratuitous.not)));
    }
    words.0.join(" ")
}

fn vlan(asked: &EbVlan) -> String {
    let mut words = Words(Vec::new());
    words.add("vlan-id", asked.id.as_ref(), u16::to_string);
    words.add("vlan-prio", asked.prio.as_ref(), u8::to_string);
    words.add("vlan-encap", asked.encap.as_ref(), |encap| {
        format!("{encap:04X}")
    });
    words.0.join(" ")
}

fn show_limit(limit: &Limit) -> String {
    let units = [(1, "sec"), (60, "min"), (3600, "hour"), (86_400, "day")];
    let unit = units.iter().find(|(per, _)| *per == limit.per);
    let unit = unit.map_or("sec", |(_, unit)| unit);
    format!(
        "--limit {}/{unit} --limit-burst {}",
        limit.rate, limit.burst
    )
}

fn log(level: u8, prefix: &str, flags: u8) -> String {
    let level = names::LEVELS[usize::from(level.min(7))];
    let mut words = format!("--log-level {level}");
    if !prefix.is_empty() {
        words += &format!(" --log-prefix \"{prefix}\"");
    }
    for (bit, word) in [(1, " --log-ip"), (2, " --log-arp"), (4, " --log-ip6")] {
        if flags & bit != 0 {
            words += word;
        }
    }
    words
}

fn nflog(log: &Log) -> String {
    let mut words = Vec::new();
    words.extend(
        log.prefix
            .as_ref()
            .map(|prefix| format!("--nflog-prefix \"{prefix}\"")),
    );
    words.extend(log.group.map(|group| format!("--nflog-group {group}")));
    words.extend(log.snaplen.map(|range| format!("--nflog-range {range}")));
    words.extend(
        log.queue_threshold
            .map(|n| format!("--nflog-threshold {n}")),
    );
    words.join(" ")
}
