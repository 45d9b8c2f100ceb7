//! What could not be brought back is refused before it is done, unless it is the last that is asked for.

use crate::place::{Place, difference, refused, set};
use netloom_model::{Change, Errno, LinkSettings, World};

/// What stands on a link, where this is asked for, and which link it is that goes.
const CASES: [(&str, &str, &str); 4] = [
    (
        "ip link add m0 link p1 type macvlan",
        "m0",
        "m0 (macvlan) would go, and could not be made again",
    ),
    (
        "ip link add m0 link p1 type macvlan",
        "p0",
        "m0 (macvlan) would go, and could not be made again",
    ),
    (
        "tc qdisc add dev p1 clsact && tc filter add dev p1 egress bpf bytecode '1,6 0 0 0'",
        "p1",
        "filters of p1 could not come back",
    ),
    (
        "tc qdisc add dev p1 root handle 1: tbf rate 1mbit burst 10kb latency 50ms && \
         tc qdisc add dev p1 parent 1:1 handle 2: pfifo",
        "p1",
        "qdisc pfifo of p1 could not come back",
    ),
];

/// Has each be deleted before a change that is refused, then by itself.
pub(crate) fn judge() -> Result<(), String> {
    for (line, link, why) in CASES {
        let mut place = Place::make()?;
        place.run(line)?;
        let before = place.settle(None)?;
        let alias = LinkSettings {
            alias: Some("changed".to_owned()),
            ..LinkSettings::default()
        };
        let ns = place.a.clone();
        let alias = set(&ns, "v0", alias);
        let gone = Change::DelLink {
            ns: ns.clone(),
            link: link.into(),
        };
        let changes = vec![alias.clone(), gone.clone(), refused(&ns)];
        let error = place.kernel.apply(changes).err();
        let error = error.ok_or("it was not refused")?;
        if error.errno != Errno::OPNOTSUPP || !error.to_string().contains(why) {
            return Err(format!("{line}: {error}"));
        }
        let after = place.settle(Some(&before))?;
        if after != before {
            return Err(format!("{line}:\n{}", difference(&before, &after)));
        }
        let last = place.kernel.apply(vec![alias, gone]);
        last.map_err(|error| format!("{line}: last: {error}"))?;
    }
    Ok(())
}
