//! Traps of services that are translated to hosts behind a bridge.

use super::finding::{Finding, Severity};
use super::place::{Place, Standing, standing};
use super::said::{Packet, destinations, may_match, translates_source};
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::ruleset::{Chain, ChainKind, Hook, Rule, Table};
use netloom_model::setting::dotted;
use std::collections::BTreeSet;

/// Calls `each` with the rules that a packet may meet from a chain on, those of a chain once, however
/// many jumps lead there.
fn walk<'s>(
    table: &'s Table,
    chain: &'s Chain,
    packet: &Packet<'_>,
    been: &mut BTreeSet<&'s str>,
    each: &mut dyn FnMut(Standing<'s>),
) {
    if !been.insert(&chain.name) {
        return;
    }
    for at in standing(table, chain) {
        if !may_match(at.rule, packet) {
            continue;
        }
        each(at);
        if let Some(next) = at.rule.leads_to().and_then(|name| table.chain(name)) {
            walk(table, next, packet, been, each);
        }
    }
}

/// The rules of NAT that a packet may meet at a hook.
pub(super) fn met<'s>(place: &Place<'s>, hook: Hook, packet: &Packet<'_>) -> Vec<Standing<'s>> {
    let mut all = Vec::new();
    for (table, chain, _) in place.chains_at(hook, Some(ChainKind::Nat)) {
        let mut been = BTreeSet::new();
        walk(table, chain, packet, &mut been, &mut |at| all.push(at));
    }
    all
}

/// A port of 127.0.0.1 is translated to another host, where packets from there may not go.
pub(super) fn localhost(place: &Place<'_>) -> Vec<Finding> {
    let localhost = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let packet = Packet {
        source: Some(localhost),
        destination: Some(localhost),
        output: Some("lo"),
        ..Packet::default()
    };
    let mut findings: Vec<Finding> = Vec::new();
    for at in met(place, Hook::Output, &packet) {
        let targets = destinations(at.rule, Some(at.table));
        let away = |address: &IpAddr| address.is_ipv4() && !place.is_own(*address);
        let Some(target) = targets.into_iter().find(away) else {
            continue;
        };
        let Some((bridge, _)) = place.bridge_of(target) else {
            continue;
        };
        let name = format!("net.ipv4.conf.{}.route_localnet", dotted(&bridge.name));
        if place.is_on(&name) || place.is_on("net.ipv4.conf.all.route_localnet") {
            continue;
        }
        let text = format!(
            "what this host sends to 127.0.0.1 is translated to {target}, and then dropped as martian"
        );
        let finding = Finding::new(Severity::Note, text)
            .seen(at.line())
            .seen(format!("sysctl {name} = 0"))
            .mended_by(place.exec(&format!("sysctl -w {name}=1")));
        findings.push(finding);
        break;
    }
    findings
}

/// A host behind a bridge does not reach itself by the address under which its service is known.
pub(super) fn hairpin(place: &Place<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut told: Vec<IpAddr> = Vec::new();
    for at in met(place, Hook::Prerouting, &Packet::default()) {
        for target in destinations(at.rule, Some(at.table)) {
            let Some((bridge, _)) = place.bridge_of(target) else {
                continue;
            };
            if told.contains(&target) || !reaches(at.rule, target, &bridge.name) {
                continue;
            }
            told.push(target);
            let back = Packet {
                source: Some(target),
                destination: Some(target),
                output: Some(&bridge.name),
                ..Packet::default()
            };
            let translated = met(place, Hook::Postrouting, &back)
                .iter()
                .any(|at| translates_source(at.rule));
            if translated {
                continue;
            }
            let text = format!(
                "{target} does not reach itself by the address of its service: what it sends comes \
                 back with its own address as the source"
            );
            let rule =
                format!("iptables -t nat -A POSTROUTING -s {target} -d {target} -j MASQUERADE");
            let mut finding = Finding::new(Severity::Note, text).seen(at.line());
            if target.is_ipv4() {
                finding = finding.mended_by(place.exec(&rule));
            }
            findings.push(finding);
        }
    }
    findings
}

/// Whether a service is there for its own host too.
fn reaches(rule: &Rule, target: IpAddr, bridge: &str) -> bool {
    let packet = Packet {
        source: Some(target),
        input: Some(bridge),
        ..Packet::default()
    };
    may_match(rule, &packet)
}
