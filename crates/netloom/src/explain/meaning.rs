//! What it means that rules of programs end a packet, and what their operators do about it.

use super::owner;
use netloom_model::journey::ChainTrace;
use netloom_model::ruleset::Rule;

/// How the name of the chain that decided begins, whose it is, and what that means.
const CHAINS: &[(&str, &str, &str)] = &[
    (
        "DOCKER-ISOLATION",
        "Docker",
        "Docker keeps its networks apart, and what is internal inside: put both containers into one \
         network (docker network connect)",
    ),
    (
        "DOCKER-INTERNAL",
        "Docker",
        "an internal network of Docker reaches nothing outside",
    ),
    (
        "DOCKER",
        "Docker",
        "Docker lets in what is published alone (docker run -p)",
    ),
    (
        "reject-chain",
        "kube-proxy",
        "the service has no pod that is ready: see \"kubectl get endpointslices\"",
    ),
    (
        "KUBE-FIREWALL",
        "kube-proxy",
        "nodes drop what comes to 127.0.0.0/8 from elsewhere, or is marked to be dropped",
    ),
    (
        "KUBE-FORWARD",
        "kube-proxy",
        "what conntrack calls invalid is not forwarded, or it would not be translated back",
    ),
    (
        "cluster-ips-check",
        "kube-proxy",
        "the address is a service's, which has no such port",
    ),
    (
        "cali-tw-",
        "Calico",
        "no policy lets this into the pod: see \"calicoctl get networkpolicy\", \"kubectl get \
         networkpolicy\"",
    ),
    (
        "cali-fw-",
        "Calico",
        "no policy lets this out of the pod: see \"calicoctl get networkpolicy\", \"kubectl get \
         networkpolicy\"",
    ),
    (
        "cali-PREROUTING",
        "Calico",
        "the pod's source address is not its own, or there is no route back to it by its device",
    ),
    (
        "cali-",
        "Calico",
        "no policy or profile lets this pass: see \"calicoctl get networkpolicy\"",
    ),
    (
        "ufw-user-limit",
        "ufw",
        "too many connections in a short time (ufw limit)",
    ),
    ("ufw-", "ufw", "ufw lets in what it is told: \"ufw allow\""),
    (
        "LIBVIRT_FWI",
        "libvirt",
        "guests of a NAT network are sent answers alone; others do not come in",
    ),
    (
        "LIBVIRT_FWO",
        "libvirt",
        "the source is not one of this network's guests",
    ),
    (
        "guest_input",
        "libvirt",
        "guests of a NAT network are sent answers alone; others do not come in",
    ),
    (
        "ts-",
        "Tailscale",
        "addresses of Tailscale (100.64.0.0/10) are believed from tailscale0 alone",
    ),
    (
        "filter_INPUT",
        "firewalld",
        "the packet is of no connection and for no zone",
    ),
    (
        "filter_IN",
        "firewalld",
        "the zone of the device lets in no such service: see \"firewall-cmd --list-all\", \
         \"firewall-cmd --add-port\"",
    ),
    (
        "filter_FWD",
        "firewalld",
        "no policy forwards between these zones: see \"firewall-cmd --list-all-policies\"",
    ),
    (
        "IN_",
        "firewalld",
        "the zone of the device lets in no such service: see \"firewall-cmd --list-all\"",
    ),
    (
        "FWD",
        "firewalld",
        "no policy forwards between these zones: see \"firewall-cmd --list-all-policies\"",
    ),
    (
        "NETAVARK",
        "Podman (netavark)",
        "netavark lets in answers and what is published (podman run -p)",
    ),
    (
        "CNI-",
        "CNI plugins",
        "the plugin firewall lets in answers and what comes from the pod alone",
    ),
];

/// What it means that this chain ended a packet; none where nothing is known of it.
pub(super) fn of(trace: &ChainTrace) -> Option<&'static str> {
    let Some(step) = trace.deciding() else {
        return of_policy(trace);
    };
    let rule = step.rule.as_deref()?;
    if rule.note().is_some_and(says_no_endpoints) {
        return of_chain("reject-chain", "kube-proxy");
    }
    of_chain(
        &step.chain,
        owner::of_rule(&trace.table, &step.chain, rule)?,
    )
}

/// `kube-proxy` says so at its rules of iptables.
fn says_no_endpoints(comment: &str) -> bool {
    comment.contains("has no endpoints")
}

fn of_chain(chain: &str, owner: &str) -> Option<&'static str> {
    let mut known = CHAINS.iter();
    let found = known.find(|(begin, whose, _)| *whose == owner && chain.starts_with(begin));
    found.map(|(_, _, meaning)| *meaning)
}

/// What it means that the policy of a chain ended a packet that a program's chains let go on.
fn of_policy(trace: &ChainTrace) -> Option<&'static str> {
    let leads = |rule: &Rule| rule.leads_to().map(str::to_owned);
    let mut tried = trace.tried.iter().rev();
    tried.find_map(|step| {
        let chain = leads(step.rule.as_deref()?)?;
        let owner = owner::of_chain(&trace.table, &chain)?;
        match owner {
            "ufw" => of_chain("ufw-", owner),
            "Docker" => of_chain("DOCKER", owner),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_fits_is_the_most_particular() {
        for (at, (begin, whose, _)) in CHAINS.iter().enumerate() {
            let before = CHAINS[..at].iter();
            let hidden = before.filter(|(other, by, _)| by == whose && begin.starts_with(other));
            assert_eq!(hidden.count(), 0, "{begin}");
        }
    }

    #[test]
    fn who_has_nothing_to_say_is_not_quoted() {
        assert!(of_chain("cali-tw-cali0a1", "Calico").is_some());
        assert_eq!(of_chain("FORWARD", "Calico"), None);
    }
}
