//! What a namespace counted, as `/proc/net/snmp`, `netstat` and `snmp6` tell.

use crate::proc_net;
use netloom_model::counters::{COUNTERS, Counter, Counters, Messages};
use netloom_model::{NsName, Result};
use std::collections::{BTreeMap, HashMap};

/// All of it.
pub(crate) fn read(ns: &NsName) -> Result<Counters> {
    let [snmp, netstat, snmp6] = proc_net::texts(ns, ["snmp", "netstat", "snmp6"])?;
    let told = pairs(&snmp).chain(pairs(&netstat)).chain(rows(&snmp6));
    Ok(counted(&told.collect()))
}

/// What `/proc/net/snmp`, `netstat` and `snmp6` tell, one behind the other.
#[must_use]
pub fn of_proc(text: &str) -> Counters {
    counted(&pairs(text).chain(rows(text)).collect())
}

/// Two lines each group: `Ip: InReceives ...`, `Ip: 5 ...`.
fn pairs(text: &str) -> impl Iterator<Item = (String, u64)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    for pair in lines.chunks_exact(2) {
        let (Some((group, names)), Some((_, values))) =
            (pair[0].split_once(':'), pair[1].split_once(':'))
        else {
            continue;
        };
        let values = values.split_whitespace().map(str::parse);
        for (name, value) in names.split_whitespace().zip(values) {
            all.extend(value.map(|value| (format!("{group}{name}"), value)));
        }
    }
    all.into_iter()
}

/// A line each: `Ip6InReceives 5`.
fn rows(text: &str) -> impl Iterator<Item = (String, u64)> {
    text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
    })
}

/// Counters by their names, and messages by their types.
fn counted(told: &HashMap<String, u64>) -> Counters {
    let mut values = [0; COUNTERS];
    for (counter, value) in Counter::ALL.iter().zip(&mut values) {
        *value = told.get(counter.name()).copied().unwrap_or(0);
    }
    let mut messages = BTreeMap::new();
    for of in [
        Messages::IcmpIn,
        Messages::IcmpOut,
        Messages::Icmp6In,
        Messages::Icmp6Out,
    ] {
        for (name, count) in told {
            let number = name.strip_prefix(of.prefix());
            if let Some(number) = number.and_then(|number| number.parse().ok()) {
                messages.insert((of, number), *count);
            }
        }
    }
    Counters::new(&values, messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_by_their_names_and_messages_by_their_types() {
        let snmp = "Ip: Forwarding InReceives\nIp: 1 5\nIcmpMsg: InType8\nIcmpMsg: 3\n";
        let snmp6 = "Ip6InReceives 7\nIcmp6OutType135 2\n";
        let found = counted(&pairs(snmp).chain(rows(snmp6)).collect());
        assert_eq!(found.get(Counter::IpInReceives), 5);
        assert_eq!(found.get(Counter::Ip6InReceives), 7);
        assert_eq!(found.get(Counter::IcmpInEchos), 3);
        assert_eq!(found.get(Counter::Icmp6OutNeighborSolicits), 2);
    }
}
