//! How a next hop object is printed.

use crate::ip::Options;
use crate::ip::print::{Record, Value};
use crate::ip::words::{PROTOCOLS, SCOPES};
use netloom_model::{Namespace, Nexthop, NexthopKind, NexthopMember, Scope};

/// Prints a next hop object.
pub(in crate::ip) fn nexthop(ns: &Namespace, options: &Options, nexthop: &Nexthop) -> Record {
    let mut record = Record::default();
    let id = nexthop.id;
    record.field("id", id, format_args!("id {id} "));
    let mut onlinked = false;
    match &nexthop.kind {
        NexthopKind::Group(members) => group(&mut record, members),
        NexthopKind::Way {
            via, dev, onlink, ..
        } => {
            if let Some(via) = via {
                let text = via.to_string();
                record.field("gateway", text.as_str(), format_args!("via {text} "));
            }
            if let Some(dev) = dev {
                let name = ns.link_name(*dev);
                record.field("dev", name.as_str(), format_args!("dev {name} "));
            }
            onlinked = *onlink;
        }
        NexthopKind::Blackhole(_) => {}
    }
    if nexthop.scope != Scope::UNIVERSE || options.details {
        let name = SCOPES.name(nexthop.scope.0.into(), options.numeric);
        record.field("scope", name.as_str(), format_args!("scope {name} "));
    }
    if let NexthopKind::Blackhole(_) = nexthop.kind {
        record.field("blackhole", Value::Null, "blackhole ");
    }
    if nexthop.protocol != 0 || options.details {
        let name = PROTOCOLS.name(nexthop.protocol.into(), options.numeric);
        record.field("protocol", name.as_str(), format_args!("proto {name} "));
    }
    let flags = [(onlinked, "onlink"), (nexthop.linkdown, "linkdown")];
    let flags: Vec<&str> = flags.iter().filter(|f| f.0).map(|f| f.1).collect();
    for flag in &flags {
        record.text(format_args!("{flag} "));
    }
    let flags = flags.into_iter().map(Value::from);
    record.json("flags", Value::List(flags.collect()));
    record
}

fn group(record: &mut Record, members: &[NexthopMember]) {
    let mut text = Vec::new();
    record.open_list("group");
    for member in members {
        record.open_object("");
        record.json("id", member.id);
        if member.weight == 1 {
            text.push(member.id.to_string());
        } else {
            record.json("weight", u32::from(member.weight));
            text.push(format!("{},{}", member.id, member.weight));
        }
        record.close();
    }
    record.close();
    record.text(format_args!("group {} ", text.join("/")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::Family;

    fn line(kind: NexthopKind, scope: Scope, details: bool) -> String {
        let object = Nexthop {
            id: 7,
            kind,
            protocol: 0,
            scope,
            linkdown: false,
        };
        let options = Options {
            details,
            ..Options::default()
        };
        nexthop(&Namespace::default(), &options, &object).text
    }

    #[test]
    fn objects_are_printed_as_ip_does() {
        let way = NexthopKind::Way {
            family: Family::V4,
            via: "10.0.0.2".parse().ok(),
            dev: Some(3),
            onlink: true,
        };
        assert_eq!(
            line(way, Scope::LINK, false),
            "id 7 via 10.0.0.2 dev if3 scope link onlink "
        );
        let members = vec![
            NexthopMember { id: 1, weight: 3 },
            NexthopMember { id: 2, weight: 1 },
        ];
        assert_eq!(
            line(NexthopKind::Group(members), Scope::UNIVERSE, false),
            "id 7 group 1,3/2 "
        );
        assert_eq!(
            line(NexthopKind::Blackhole(Family::V4), Scope::UNIVERSE, true),
            "id 7 scope global blackhole proto unspec "
        );
    }
}
