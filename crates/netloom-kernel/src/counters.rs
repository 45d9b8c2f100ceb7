//! What a namespace counted, as `/proc/net/snmp`, `netstat` and `snmp6` tell.

use crate::proc_net;
use netloom_model::counters::{COUNTERS, Counter, Counters, Messages};
use netloom_model::{NsName, Result};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// All of it.
pub(crate) fn read(ns: &NsName) -> Result<Counters> {
    let [snmp, netstat, snmp6] = proc_net::texts(ns, ["snmp", "netstat", "snmp6"])?;
    let mut counted = Counted::default();
    counted.pairs(&snmp);
    counted.pairs(&netstat);
    counted.rows(&snmp6);
    Ok(counted.told())
}

/// What `/proc/net/snmp`, `netstat` and `snmp6` tell, one behind the other.
#[must_use]
pub fn of_proc(text: &str) -> Counters {
    let mut counted = Counted::default();
    counted.pairs(text);
    counted.rows(text);
    counted.told()
}

/// What is counted of messages of a type, which has no name of its own.
const OF_TYPES: [Messages; 4] = [
    Messages::IcmpIn,
    Messages::IcmpOut,
    Messages::Icmp6In,
    Messages::Icmp6Out,
];

/// The places of counters, by their names.
static PLACES: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| {
    let names = Counter::ALL.iter().map(|counter| counter.name());
    names.zip(0..).collect()
});

struct Counted {
    values: [u64; COUNTERS],
    messages: BTreeMap<(Messages, u8), u64>,
}

impl Default for Counted {
    fn default() -> Counted {
        Counted {
            values: [0; COUNTERS],
            messages: BTreeMap::new(),
        }
    }
}

impl Counted {
    fn add(&mut self, name: &str, value: &str) {
        let Ok(value) = value.parse() else {
            return;
        };
        if let Some(place) = PLACES.get(name) {
            self.values[*place] = value;
        }
        for of in OF_TYPES {
            let number = name.strip_prefix(of.prefix());
            if let Some(number) = number.and_then(|number| number.parse().ok()) {
                self.messages.insert((of, number), value);
            }
        }
    }

    /// Two lines each group: `Ip: InReceives ...`, `Ip: 5 ...`.
    fn pairs(&mut self, text: &str) {
        let mut lines = text.lines();
        let mut full = String::new();
        while let (Some(names), Some(values)) = (lines.next(), lines.next()) {
            let (Some((group, names)), Some((_, values))) =
                (names.split_once(':'), values.split_once(':'))
            else {
                continue;
            };
            for (name, value) in names.split_whitespace().zip(values.split_whitespace()) {
                full.clear();
                full.push_str(group);
                full.push_str(name);
                self.add(&full, value);
            }
        }
    }

    /// A line each: `Ip6InReceives 5`.
    fn rows(&mut self, text: &str) {
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if let (Some(name), Some(value)) = (words.next(), words.next()) {
                self.add(name, value);
            }
        }
    }

    fn told(self) -> Counters {
        Counters::new(&self.values, self.messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_by_their_names_and_messages_by_their_types() {
        let snmp = "Ip: Forwarding InReceives\nIp: 1 5\nIcmpMsg: InType8\nIcmpMsg: 3\n";
        let snmp6 = "Ip6InReceives 7\nIcmp6OutType135 2\n";
        let mut counted = Counted::default();
        counted.pairs(snmp);
        counted.rows(snmp6);
        let found = counted.told();
        assert_eq!(found.get(Counter::IpInReceives), 5);
        assert_eq!(found.get(Counter::Ip6InReceives), 7);
        assert_eq!(found.get(Counter::IcmpInEchos), 3);
        assert_eq!(found.get(Counter::Icmp6OutNeighborSolicits), 2);
    }
}
