//! What carries a mark among what others made.

use crate::place::{applet, real};
use libtest_mimic::Failed;
use netloom_kernel::{Kernel, owned};

/// What is done, and what is left of the rules once what carries a mark is gone.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Lines of the real tools and, behind `netloom: `, of netloom's with a mark.
    lines: &'static str,
    /// What `netloom clean` lists.
    found: &'static [&'static str],
    /// What nft lists afterwards.
    left: &'static str,
}

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "what_others_have_in_a_table_stays_with_it",
        lines: "netloom: nft add table inet t\n\
            netloom: nft add chain inet t c\n\
            netloom: nft add rule inet t c tcp dport 80 counter accept\n\
            nft 'add set inet t s { type ipv4_addr; }'\n",
        found: &["rule inet t c handle 2", "chain inet t c"],
        left: "table inet t {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n}\n",
    },
    Case {
        name: "what_is_put_into_the_table_of_another_goes_alone",
        lines: "nft add table ip t\n\
            nft add chain ip t c\n\
            nft add rule ip t c tcp dport 22 accept\n\
            netloom: nft add counter ip t n\n\
            netloom: nft insert rule ip t c tcp dport 80 counter name n\n\
            netloom: nft add map ip t m { type ipv4_addr : verdict; }\n",
        found: &["rule ip t c handle 4", "set ip t m", "object ip t n"],
        left: "table ip t {\n\tchain c {\n\t\ttcp dport 22 accept\n\t}\n}\n",
    },
    Case {
        name: "a_rule_keeps_its_mark_when_its_counters_are_zeroed",
        lines: "iptables -A INPUT -p tcp -j REJECT --reject-with tcp-reset\n\
            netloom: iptables -A INPUT -i lo -m comment --comment here -j ACCEPT\n\
            iptables -A INPUT -p udp -j REJECT\n\
            netloom: ping\n\
            netloom: iptables -Z INPUT\n",
        found: &["rule ip filter INPUT handle"],
        left: "-P INPUT ACCEPT\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n\
            -A INPUT -p udp -j REJECT --reject-with icmp-port-unreachable\n",
    },
];

/// Carries a case out.
pub(crate) fn judge(case: &Case) -> Result<(), Failed> {
    let mut kernel = Kernel::owned("lab");
    for line in case.lines.lines() {
        match line.strip_prefix("netloom: ") {
            Some("ping") => {
                // Something is counted.
                real("ip link set lo up; ping -c1 -W1 127.0.0.1 >/dev/null", "")?;
            }
            Some(line) => drop(applet(&mut kernel, line, "")?),
            None => drop(real(line, "")?),
        }
    }
    let found = owned::find(&mut kernel)?;
    let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
    let same = names.len() == case.found.len()
        && names
            .iter()
            .zip(case.found)
            .all(|(name, begin)| name.starts_with(begin));
    if !same {
        return Err(format!("found {names:?}").into());
    }
    owned::clean(&mut kernel, &found)?;
    let left = match case.left.starts_with('-') {
        true => real("iptables -S INPUT", "")?,
        false => real("nft list ruleset", "")?,
    };
    match left == case.left {
        true => Ok(()),
        false => Err(format!("left:\n{left}").into()),
    }
}
