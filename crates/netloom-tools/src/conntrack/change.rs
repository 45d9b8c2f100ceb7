//! Connections made, changed and forgotten (`-I`, `-A`, `-U`, `-D`).

use super::labels::Labels;
use super::options::{Command, Options};
use super::show::Show;
use super::words::missing;
use super::{failed, misused, picked};
use crate::Context;
use crate::ip::words::Outcome;
use netloom_model::conntrack::{
    Connection, ConnectionChange, ConnectionUpdate, Ports, Tuple, status,
};
use netloom_model::{Change, Errno};

fn apply(cx: &mut Context<'_>, change: ConnectionChange) -> netloom_model::Result<()> {
    let ns = cx.ns.clone();
    cx.world.apply(vec![Change::Connections { ns, change }])
}

/// Says how many there were, unless nobody is to be told.
fn done(cx: &mut Context<'_>, options: &Options, count: usize, what: &str) -> Outcome<()> {
    cx.out.flush()?;
    if !options.quiet {
        writeln!(
            cx.err,
            "{}: {count} flow entries have been {what}.",
            super::NAME
        )?;
    }
    Ok(())
}

/// Forgets the connections that the options pick; it fails where there are none.
pub(super) fn delete(cx: &mut Context<'_>, options: &Options, labels: &Labels) -> Outcome<i32> {
    let all = picked(cx, options)?;
    let mut count = 0;
    for connection in &all {
        let forgotten = ConnectionChange::Delete {
            id: connection.id,
            original: connection.original,
            zone: connection.zone_there(),
        };
        match apply(cx, forgotten) {
            Ok(()) => {}
            Err(error) if error.errno == Errno::NOENT => continue,
            Err(error) => return Err(failed(format_args!("Operation failed: {}", error.errno), 1)),
        }
        count += 1;
        let text = Show::new(cx, options, labels).deleted(connection);
        cx.out.write_all(text.as_bytes())?;
    }
    done(cx, options, count, "deleted")?;
    Ok(i32::from(count == 0))
}

/// The first direction that the options say in full, by itself or by the answers to it.
pub(super) fn tuple(options: &Options) -> Outcome<Tuple> {
    let [sport, dport, reply_sport, reply_dport] = options.ports;
    if let (None, None, Some(from), Some(to)) = (
        options.src,
        options.dst,
        options.reply_src,
        options.reply_dst,
    ) {
        return tuple(&Options {
            src: Some(to),
            dst: Some(from),
            ports: [
                reply_dport.or(sport),
                reply_sport.or(dport),
                reply_sport,
                reply_dport,
            ],
            ..options.clone()
        });
    }
    let (Some(source), Some(destination)) = (options.src, options.dst) else {
        return Err(misused("you have to specify `--src' and `--dst'"));
    };
    let protocol = options.protocol.unwrap_or(0);
    let creates = matches!(options.command, Command::Create | Command::Add);
    let ports = match (protocol, options.ports) {
        (6 | 17 | 33 | 132 | 136, [Some(source), Some(destination), ..]) => Ports::Ports {
            source,
            destination,
        },
        (6 | 17 | 33 | 132 | 136, _) => {
            return Err(misused("you have to specify `--sport' and `--dport'"));
        }
        (47, [Some(source), Some(destination), ..]) => Ports::Gre {
            source,
            destination,
        },
        (47, _) => return Err(misused("you have to specify `--srckey' and `--dstkey'")),
        (1 | 58, _) => {
            let name = if protocol == 1 { "icmp" } else { "icmpv6" };
            let (icmp_type, code, id) = options.icmp;
            Ports::Icmp {
                icmp_type: icmp_type.ok_or_else(|| missing(&format!("{name}-type")))?,
                code: code.ok_or_else(|| missing(&format!("{name}-code")))?,
                id: id.unwrap_or(0),
            }
        }
        _ => Ports::None,
    };
    if creates && matches!(protocol, 6 | 33 | 132) && options.state.is_none() {
        return Err(missing("state"));
    }
    if creates && protocol == 33 && !options.role {
        return Err(missing("role"));
    }
    if creates && protocol == 132 {
        for (tag, name) in options.tags.iter().zip(["orig-vtag", "reply-vtag"]) {
            tag.ok_or_else(|| missing(name))?;
        }
    }
    Ok(Tuple {
        source,
        destination,
        protocol,
        ports,
    })
}

/// What the answers are like, as the options say or as they come by themselves; none where nothing
/// is answered so.
fn reply(options: &Options, original: &Tuple) -> Option<Tuple> {
    let [_, _, sport, dport] = options.ports;
    let ports = match original.ports {
        Ports::Ports {
            source,
            destination,
        } => {
            let nat = |nat: Option<super::options::Nat>| nat.and_then(|nat| nat.port);
            Ports::Ports {
                source: nat(options.dst_nat).or(sport).unwrap_or(destination),
                destination: nat(options.src_nat).or(dport).unwrap_or(source),
            }
        }
        Ports::Gre {
            source,
            destination,
        } => Ports::Gre {
            source: sport.unwrap_or(destination),
            destination: dport.unwrap_or(source),
        },
        Ports::Icmp {
            icmp_type,
            code,
            id,
        } => Ports::Icmp {
            icmp_type: match (original.protocol, icmp_type) {
                (1, 8) => 0,
                (1, 0) => 8,
                (1, 13 | 15 | 17) | (58, 128 | 139) => icmp_type + 1,
                (1, 14 | 16 | 18) | (58, 129 | 140) => icmp_type - 1,
                _ => return None,
            },
            code,
            id,
        },
        Ports::None => Ports::None,
    };
    let translated = |nat: Option<super::options::Nat>| nat.and_then(|nat| nat.address);
    let (source, destination) = (
        translated(options.dst_nat).or(options.reply_src),
        translated(options.src_nat).or(options.reply_dst),
    );
    Some(Tuple {
        source: source.unwrap_or(original.destination),
        destination: destination.unwrap_or(original.source),
        protocol: original.protocol,
        ports,
    })
}

/// Makes a connection.
pub(super) fn create(cx: &mut Context<'_>, options: &Options, _: &Labels) -> Outcome<i32> {
    let invalid = || failed("Operation failed: invalid parameters", 1);
    // Either both of the replies' addresses are said, or none.
    let halves = options.reply_src.is_some() != options.reply_dst.is_some();
    let translates = options.src_nat.is_some() || options.dst_nat.is_some();
    let original = tuple(options)?;
    if halves && !translates {
        return Err(invalid());
    }
    let reply = reply(options, &original).ok_or_else(invalid)?;
    let bit = |asked: bool, bit: u32| if asked { bit } else { 0 };
    let connection = Connection {
        id: 0,
        original,
        reply,
        status: options.status.unwrap_or(0)
            | bit(options.src_nat.is_some(), status::SRC_NAT)
            | bit(options.dst_nat.is_some(), status::DST_NAT)
            | bit(translates, status::SRC_NAT_DONE | status::DST_NAT_DONE),
        timeout: options.timeout.unwrap_or(0),
        state: options.state.clone(),
        mark: options.mark.map_or(0, |(mark, _)| mark),
        zone: options.zone.unwrap_or(0),
        original_zone: options.orig_zone,
        reply_zone: options.reply_zone,
        labels: (options.add_labels != 0).then_some(options.add_labels),
        helper: None,
        tags: options.tags[0]
            .zip(options.tags[1])
            .map(|(there, back)| [there, back]),
        began: None,
        lived: None,
        counters: None,
        references: 1,
    };
    let adds = options.command == Command::Add;
    let made = apply(cx, ConnectionChange::Create(Box::new(connection)));
    let what = if adds { "added" } else { "created" };
    match made.map_err(|error| error.errno) {
        Ok(()) => done(cx, options, 1, what)?,
        Err(Errno::EXIST) if adds => done(cx, options, 0, what)?,
        Err(Errno::EXIST) => {
            let text = "Operation failed: Such conntrack exists, try -U to update";
            return Err(failed(text, 1));
        }
        Err(Errno::INVAL) => return Err(invalid()),
        Err(errno) => return Err(failed(format_args!("Operation failed: {errno}"), 1)),
    }
    Ok(0)
}

/// What the options change of a connection; none where it is so already.
fn difference(options: &Options, connection: &Connection) -> Option<ConnectionUpdate> {
    let mark = options.mark.map(|(mark, mask)| match options.mark_masked {
        true => (connection.mark & !mask) ^ mark,
        false => mark,
    });
    let labels = connection.labels.unwrap_or(0);
    let new_labels = labels & !options.del_labels.unwrap_or(0) | options.add_labels;
    let changes_labels = options.add_labels != 0 || options.del_labels.is_some();
    let update = ConnectionUpdate {
        id: connection.id,
        original: connection.original,
        zone: connection.zone_there(),
        status: options.status.filter(|bits| bits & !connection.status != 0),
        timeout: options.timeout,
        mark: mark.filter(|mark| *mark != connection.mark),
        state: options
            .state
            .clone()
            .filter(|state| Some(state) != connection.state.as_ref()),
        labels: Some(new_labels).filter(|new| changes_labels && *new != labels),
    };
    let any = update.status.is_some()
        || update.timeout.is_some()
        || update.mark.is_some()
        || update.state.is_some()
        || update.labels.is_some();
    any.then_some(update)
}

/// Changes the connections that the options pick; it fails where there are none. The first of them
/// is shown.
pub(super) fn update(cx: &mut Context<'_>, options: &Options, labels: &Labels) -> Outcome<i32> {
    let picks = Options {
        state: None,
        ..options.clone()
    };
    let all = picked(cx, &picks)?;
    let mut count = 0;
    for connection in &all {
        let Some(update) = difference(options, connection) else {
            continue;
        };
        // The request says of which version of IP the connection is by the options alone.
        let done = match options.v6 {
            Some(_) => apply(cx, ConnectionChange::Update(Box::new(update))),
            None => Err(Errno::OPNOTSUPP.into()),
        };
        match done.map_err(|error| error.errno) {
            Ok(()) => {}
            Err(Errno::NOENT) => continue,
            // It stays as it is, and is counted with the others.
            Err(errno @ Errno::BUSY) => {
                cx.out.flush()?;
                writeln!(cx.err, "Operation failed: {errno}")?;
            }
            Err(errno) => {
                cx.out.flush()?;
                writeln!(cx.err, "Operation failed: {errno}")?;
                return Err(failed(format_args!("Operation failed: {errno}"), 1));
            }
        }
        count += 1;
        if count == 1 {
            let now = picked(
                cx,
                &Options {
                    id: Some(connection.id),
                    ..Options::default()
                },
            )?;
            for mut connection in now {
                connection.references += 1;
                let text = Show::new(cx, options, labels).listed(&connection);
                cx.out.write_all(text.as_bytes())?;
            }
        }
    }
    done(cx, options, count, "updated")?;
    Ok(i32::from(count == 0))
}
