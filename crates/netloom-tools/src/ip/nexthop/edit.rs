//! `ip nexthop add`, `replace` and `del`.

use super::{PARTS, id, protocol, strange};
use crate::Context;
use crate::ip::words::{self, Failure, Outcome, Words, matches, u32_of};
use crate::ip::{Options, find};
use core::net::IpAddr;
use netloom_model::{
    Change, Errno, Error, Family, Mode, Nexthop, NexthopKind, NexthopMember, Scope,
};

/// A next hop as its words describe it.
#[derive(Debug, Default)]
struct Said {
    id: u32,
    via: Option<IpAddr>,
    dev: Option<String>,
    onlink: bool,
    blackhole: bool,
    group: Option<Vec<NexthopMember>>,
    protocol: u8,
}

fn parse(options: &Options, words: &mut Words<'_>) -> Outcome<Said> {
    let mut said = Said::default();
    while let Some(word) = words.next() {
        match word {
            "id" => said.id = id(words)?,
            "dev" => said.dev = Some(words.value()?.to_owned()),
            "via" => said.via = Some(gateway(options, words)?),
            "blackhole" => said.blackhole = true,
            "onlink" => said.onlink = true,
            "group" => said.group = Some(members(words.value()?)?),
            "type" => {
                let name = words.value()?;
                match name {
                    "mpath" => {}
                    "resilient" => return Err(Failure::unsupported(name)),
                    _ => return Err(Failure::wrong_nl(name, "\"type\" value is invalid")),
                }
            }
            "encap" | "fdb" => return Err(Failure::unsupported(word)),
            _ if matches(word, "protocol") => said.protocol = protocol(words)?,
            _ => return Err(strange(word)),
        }
    }
    Ok(said)
}

/// A gateway; its family is said in front of it, by an option, or by itself.
fn gateway(options: &Options, words: &mut Words<'_>) -> Outcome<IpAddr> {
    match words.value()? {
        "inet" => words::address(words.value()?, Some(Family::V4)),
        "inet6" => words::address(words.value()?, Some(Family::V6)),
        word => words::address(word, options.family),
    }
}

/// `NUMBER[,WEIGHT]/...`.
fn members(word: &str) -> Outcome<Vec<NexthopMember>> {
    let parse = |part: &str| {
        let (number, weight) = match part.split_once(',') {
            Some((number, weight)) => (number, Some(weight)),
            None => (part, None),
        };
        let wrong = || Failure::wrong_nl(number, "\"group\" value is invalid");
        let id = u32_of(number).filter(|id| *id != 0).ok_or_else(wrong)?;
        let weight = match weight {
            None => 1,
            Some(word) => {
                // Up to the next comma, if there is one.
                let word = word.split(',').next().unwrap_or_default();
                let wrong = || Failure::wrong_nl(word, "\"weight\" is invalid");
                let number = u32_of(word).filter(|w| (1..=256).contains(w));
                number.ok_or_else(wrong)? as u16
            }
        };
        Ok(NexthopMember { id, weight })
    };
    // What ends in a slash is taken to have one more member, which is none.
    if let Some(front) = word.strip_suffix('/') {
        let wrong = front.rsplit('/').next().unwrap_or_default();
        return Err(Failure::wrong_nl(wrong, "\"group\" value is invalid"));
    }
    word.split('/').map(parse).collect()
}

/// Adds or replaces a next hop.
pub(super) fn add(
    cx: &mut Context<'_>,
    options: &Options,
    mut words: Words<'_>,
    mode: Mode,
) -> Outcome<()> {
    let said = parse(options, &mut words)?;
    let ns = words::namespace(cx, PARTS)?;
    let missing = |name: &String| Failure::wrong_nl(name, "Device does not exist");
    let dev = match &said.dev {
        Some(name) => Some(find(&ns, name).ok_or_else(|| missing(name))?),
        None => None,
    };
    let nexthop = Nexthop {
        id: said.id,
        protocol: said.protocol,
        kind: kind(options, said, dev)?,
        scope: Scope::UNIVERSE,
        linkdown: false,
    };
    let ns = cx.ns.clone();
    let change = Change::AddNexthop { ns, nexthop, mode };
    Ok(cx.world.apply(vec![change])?)
}

/// Where the words lead; the kernel tells families and ways that do not go together.
fn kind(options: &Options, said: Said, dev: Option<u32>) -> Outcome<NexthopKind> {
    let refused = |text: &str| Failure::from(Error::with(Errno::INVAL, text));
    let via = said.via.filter(|via| !via.is_unspecified());
    let way = via.is_some() || dev.is_some();
    if let Some(members) = said.group {
        if way || said.blackhole || options.family.is_some() {
            return Err(refused("Invalid family for group"));
        }
        return Ok(NexthopKind::Group(members));
    }
    let family = via.map(Family::of).or(options.family);
    if family.is_none() && !way && !said.blackhole {
        return Err(refused("Invalid address family"));
    }
    let family = family.unwrap_or(Family::V4);
    if said.blackhole {
        if way {
            let text = "Blackhole attribute can not be used with gateway, oif, encap or fdb";
            return Err(refused(text));
        }
        return Ok(NexthopKind::Blackhole(family));
    }
    Ok(NexthopKind::Way {
        family,
        via,
        dev,
        onlink: said.onlink,
    })
}

/// Deletes a next hop.
pub(super) fn delete(cx: &mut Context<'_>, mut words: Words<'_>) -> Outcome<()> {
    let mut number = 0;
    while let Some(word) = words.next() {
        match word {
            "id" => number = id(&mut words)?,
            _ => return Err(strange(word)),
        }
    }
    let change = Change::DelNexthop {
        ns: cx.ns.clone(),
        id: number,
    };
    Ok(cx.world.apply(vec![change])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_name_their_members_with_weights() {
        let shares = |word| -> Vec<(u32, u16)> {
            let members = members(word).unwrap();
            members.iter().map(|m| (m.id, m.weight)).collect()
        };
        assert_eq!(shares("1/2,3"), [(1, 1), (2, 3)]);
        assert_eq!(shares("1,256/22,1,9"), [(1, 256), (22, 1)]);
        let refused = |word| members(word).unwrap_err().text;
        assert_eq!(
            refused("1,300"),
            "Error: argument \"300\" is wrong: \"weight\" is invalid\n\n"
        );
        assert_eq!(
            refused("7/"),
            "Error: argument \"7\" is wrong: \"group\" value is invalid\n\n"
        );
        assert_eq!(
            refused("x"),
            "Error: argument \"x\" is wrong: \"group\" value is invalid\n\n"
        );
    }
}
