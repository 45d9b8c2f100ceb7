//! The connection of a packet is looked up, or begins (`nf_conntrack_in`).

use super::connection::{Connection, Reference, Standing, Zone, event};
use super::helper::{Helper, Which};
use super::protocol::{self, Context, Heard};
use super::table::Direction;
use super::tuple::{self, Tuple};
use super::{Conntrack, arm, expect, forget, forget_orphans, given, related, told};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use crate::synproxy::Proxy;
use crate::sysctl::Ct;
use netloom_model::conntrack::status;
use netloom_model::journey::DropReason;
use netloom_model::ruleset::{Counter, Hook};

/// What was said of a connection before it begins (`nf_ct_tmpl_alloc`).
#[derive(Clone, Copy)]
struct Template {
    zone: Zone,
    helper: Option<Which>,
    proxied: bool,
}

/// Looks the connection of a packet up. A packet that belongs to none passes; rules can tell.
///
/// # Errors
/// Why the packet ends here.
pub(crate) fn track(net: &mut Net, facts: &Facts, packet: &mut Packet) -> Result<(), DropReason> {
    if packet.ct.is_settled() {
        return Ok(()); // it came back by the loopback, or a rule has said not to
    }
    if facts.version.is_none() {
        packet.ct = Reference::UNTRACKED; // a frame of a bridge that is not of IP
        return Ok(());
    }
    forget_orphans(net);
    let (Some(protocol), Some(transport)) = (facts.protocol, facts.transport) else {
        return invalid(net, facts, packet);
    };
    let v6 = facts.is_v6();
    let transport = usize::from(transport);
    let zone = packet.ct.zone.unwrap_or_default();
    if !related::is_intact(net, facts, packet) {
        return invalid(net, facts, packet);
    }
    related::keep_sum(net, facts, packet);
    if tuple::is_icmp(protocol, v6) {
        match related::read(net, facts.ns, (v6, transport), zone, packet) {
            related::Icmp::Error(reference) => {
                packet.ct = reference;
                return Ok(());
            }
            related::Icmp::Untracked => {
                packet.ct = Reference::UNTRACKED;
                return Ok(());
            }
            related::Icmp::Question => {}
        }
    }
    let Some(tuple) = Tuple::of(v6, packet.network(), protocol, transport) else {
        return invalid(net, facts, packet);
    };
    // A connection that is over is taken out of the way once.
    for _ in 0..2 {
        let template = Template {
            zone,
            helper: packet.ct.helper,
            proxied: packet.ct.proxied,
        };
        let Some(reference) = find_or_begin(net, facts, &tuple, template)? else {
            return invalid(net, facts, packet);
        };
        match hear(net, facts, reference, packet, transport) {
            Heard::Passes | Heard::Ignored => {
                packet.ct = reference;
                if reference.fresh && reference.standing == Standing::Related {
                    expect::follow_master(net, facts, packet);
                }
                answered(net, facts, packet);
                return Ok(());
            }
            Heard::Ends => {
                // It is told of as it was before; rules see that somebody answered.
                end(net, facts, reference);
                packet.ct = Reference {
                    fresh: true,
                    ..reference
                };
                answered(net, facts, packet);
                return Ok(());
            }
            Heard::Invalid => {
                if let Some(conntrack) = &mut net.ns_mut(facts.ns).conntrack {
                    conntrack.forget_fresh(reference);
                }
                return invalid(net, facts, packet);
            }
            Heard::Anew => forget(net, facts.ns, reference.place()),
        }
    }
    invalid(net, facts, packet)
}

/// A connection ends; it goes with the packet that ended it.
fn end(net: &mut Net, facts: &Facts, reference: Reference) {
    told::gone(net, facts.ns, reference.place(), None);
    if let Some(conntrack) = &mut net.ns_mut(facts.ns).conntrack {
        conntrack.table.detach(reference.place());
    }
}

fn invalid(net: &mut Net, facts: &Facts, packet: &mut Packet) -> Result<(), DropReason> {
    packet.ct = Reference::NONE;
    if let Some(conntrack) = &mut net.ns_mut(facts.ns).conntrack {
        conntrack.stats.invalid += 1;
    }
    Ok(())
}

/// The connection of a tuple, which begins where there is none; none where nothing can begin so.
fn find_or_begin(
    net: &mut Net,
    facts: &Facts,
    tuple: &Tuple,
    template: Template,
) -> Result<Option<Reference>, DropReason> {
    let Some(conntrack) = net.ns(facts.ns).conntrack.as_ref() else {
        return Ok(None);
    };
    if let Some((place, direction)) = find(conntrack, tuple, template.zone) {
        return Ok(conntrack.table.get(place).map(|connection| {
            let standing = standing(connection, direction);
            Reference::to((facts.ns, place), connection, standing, direction)
        }));
    }
    let Some(reply) = tuple.invert() else {
        return Ok(None);
    };
    begin(net, facts, [*tuple, reply], template).map(Some)
}

/// Looks a tuple up in its zone; in that of replies too, where the directions differ.
pub(super) fn find(conntrack: &Conntrack, tuple: &Tuple, zone: Zone) -> Option<(u32, Direction)> {
    let found = |by| conntrack.table.find(tuple, zone, by);
    let differs = zone.id(Direction::Original) != zone.id(Direction::Reply);
    found(Direction::Original).or_else(|| differs.then(|| found(Direction::Reply))?)
}

/// How a packet of a direction stands to a connection.
pub(super) fn standing(connection: &Connection, direction: Direction) -> Standing {
    if direction == Direction::Reply || connection.has(status::SEEN_REPLY) {
        Standing::Established
    } else if connection.has(status::EXPECTED) {
        Standing::Related
    } else {
        Standing::New
    }
}

/// A connection that nobody finds until it is confirmed (`init_conntrack`).
fn begin(
    net: &mut Net,
    facts: &Facts,
    tuples: [Tuple; 2],
    template: Template,
) -> Result<Reference, DropReason> {
    let Template {
        zone,
        helper,
        proxied,
    } = template;
    make_room(net, facts, &tuples[0], zone)?;
    let counts = net.ns(facts.ns).conntrack_conf.on(Ct::Acct);
    let mut connection = Connection::new(tuples, zone);
    connection.id = net.random.next() as u32;
    connection.counters = counts.then(Default::default);
    connection.events = told::begins(net, facts.ns);
    expect::fulfil(net, facts.ns, &mut connection);
    if let Some(which) = helper.filter(|which| which.watches(tuples[0].protocol)) {
        connection.more_mut().helper = Some(Helper::new(which));
        connection.status |= status::HELPER;
    }
    if proxied {
        connection.more_mut().proxy = Some(Proxy::default());
    }
    let standing = standing(&connection, Direction::Original);
    let Some(conntrack) = &mut net.ns_mut(facts.ns).conntrack else {
        return Ok(Reference::NONE);
    };
    let place = conntrack.table.insert(connection);
    Ok(conntrack.table.get(place).map_or(Reference::NONE, |made| {
        let at = (facts.ns, place);
        Reference::to(at, made, standing, Direction::Original)
    }))
}

/// Where the table is full, one goes that is not worth keeping.
fn make_room(net: &mut Net, facts: &Facts, tuple: &Tuple, zone: Zone) -> Result<(), DropReason> {
    let most = net.ns(facts.ns).conntrack_conf.get(Ct::Max) as usize;
    let Some(conntrack) = &mut net.ns_mut(facts.ns).conntrack else {
        return Ok(());
    };
    if most == 0 || conntrack.table.len() < most {
        return Ok(());
    }
    let Some(place) = conntrack
        .table
        .evictable(tuple, zone.id(Direction::Original))
    else {
        conntrack.stats.drop += 1;
        return Err(DropReason::ConntrackFull);
    };
    conntrack.stats.early_drop += 1;
    forget(net, facts.ns, place);
    Ok(())
}

/// Has the protocol hear a packet, and counts it.
fn hear(
    net: &mut Net,
    facts: &Facts,
    reference: Reference,
    packet: &Packet,
    transport: usize,
) -> Heard {
    let now = net.now;
    let namespace = net.ns_mut(facts.ns);
    let Some(conntrack) = &mut namespace.conntrack else {
        return Heard::Invalid;
    };
    let Some(connection) = conntrack.of_mut(reference) else {
        return Heard::Invalid;
    };
    let own = given::settings(connection, &namespace.conntrack_conf);
    let cx = Context {
        conf: own.as_ref().unwrap_or(&namespace.conntrack_conf),
        now,
        direction: reference.direction,
    };
    let network = packet.network();
    let upper = network.get(transport..).unwrap_or_default();
    let heard = protocol::heard(&cx, connection, upper);
    // The packet that ends a connection is counted with it (`nf_ct_kill_acct`).
    if matches!(heard, Heard::Passes | Heard::Ends)
        && let Some(counters) = &mut connection.counters
    {
        let Counter { packets, bytes } = &mut counters[reference.direction as usize];
        *packets += 1;
        *bytes += network.len() as u64;
    }
    if matches!(heard, Heard::Passes | Heard::Invalid)
        && connection.is_confirmed()
        && conntrack.table.watch(reference.place())
    {
        arm(net, facts.ns);
    }
    heard
}

/// The first packet that comes back shows that there is somebody.
fn answered(net: &mut Net, facts: &Facts, packet: &Packet) {
    let reference = packet.ct;
    if reference.direction != Direction::Reply || facts.hook == Hook::Input {
        return;
    }
    let Some(connection) = super::of_packet_mut(net, facts.ns, packet) else {
        return;
    };
    if connection.set(status::SEEN_REPLY) {
        connection.events |= event::REPLY;
    }
}
