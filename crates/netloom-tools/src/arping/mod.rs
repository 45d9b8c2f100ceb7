//! `arping` of iputils 20221126 (arping(8)): asks for an address by ARP alone, over a packet
//! socket of the world.

mod options;

use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
use netloom_model::route::RouteQuery;
use netloom_model::socket::{Datagram, PacketType, Received, SocketId, SocketKind, SocketOption};
use netloom_model::state::Parts;
use netloom_model::{Errno, Error, Link, LinkFlags, MacAddr, Time};
use netloom_wire::arp::{self, Operation, Repr};
use netloom_wire::{EtherType, ethernet};
use options::{Mode, Options};

/// Runs `arping`.
pub fn arping(cx: &mut Context<'_>) -> i32 {
    let result = Options::parse(&cx.args).and_then(|options| {
        if options.version {
            let _ = writeln!(cx.out, "arping from iputils 20221126 ({})", crate::VERSION);
            return Ok(0);
        }
        run(cx, &options)
    });
    result.unwrap_or_else(|text| {
        let _ = writeln!(cx.err, "{text}");
        2
    })
}

/// What is counted.
#[derive(Default)]
struct Count {
    sent: u32,
    broadcasts: u32,
    received: u32,
}

/// A conversation.
struct Run<'o> {
    options: &'o Options,
    socket: SocketId,
    link: Link,
    source: Ipv4Addr,
    /// Where the next probe goes: everybody, then whoever answered.
    to: MacAddr,
    sent_at: Time,
    count: Count,
}

fn failed(call: &str, error: &Error) -> String {
    format!("arping: {call}: {}", error.errno)
}

fn run(cx: &mut Context<'_>, options: &Options) -> Result<i32, String> {
    let link = find_link(cx, options)?;
    let source = find_source(cx, options, &link)?;
    let ns = cx.ns.clone();
    let opened = cx.world.open(&ns, SocketKind::Packet(EtherType::ARP.0));
    let socket = opened.map_err(|e| failed("socket", &e))?;
    let bound = cx
        .world
        .set(socket, SocketOption::BindToDevice(link.name.clone()));
    bound.map_err(|e| failed("bind", &e))?;
    if !options.quiet {
        let (to, name) = (options.to, &link.name);
        let _ = writeln!(cx.out, "ARPING {to} from {source} {name}");
    }
    let mut run = Run {
        options,
        socket,
        to: MacAddr::BROADCAST,
        link,
        source,
        sent_at: Time::ZERO,
        count: Count::default(),
    };
    run.converse(cx).map_err(|e| failed("world", &e))?;
    let _ = cx.world.close(socket);
    run.tell(cx);
    Ok(run.exit_code())
}

/// The device: the one that is named, or the one that leads to the destination.
fn find_link(cx: &mut Context<'_>, options: &Options) -> Result<Link, String> {
    let ns = cx.ns.clone();
    let state = cx
        .world
        .snapshot(Some(&ns), Parts::LINKS)
        .map_err(|e| failed("world", &e))?;
    let here = state
        .namespaces
        .get(&ns)
        .ok_or("arping: the namespace is gone")?;
    let link = match &options.device {
        Some(name) => here
            .link(&name.as_str().into())
            .ok_or_else(|| format!("arping: Device {name} not available."))?,
        None => {
            let query = RouteQuery {
                to: options.to.into(),
                from: None,
                iif: None,
                oif: None,
                mark: 0,
                tos: 0,
                protocol: 0,
                ports: (0, 0),
                uid: 0,
                fibmatch: false,
            };
            let way = cx.world.route_get(&ns, query).ok();
            let dev = way.and_then(|way| way.route.nexthops.first().and_then(|hop| hop.dev));
            let none = "arping: Suitable device could not be determined. Please, use option -I.";
            dev.and_then(|index| here.link(&index.into())).ok_or(none)?
        }
    };
    let name = &link.name;
    if !link.flags.contains(LinkFlags::UP) {
        return Err(format!("Interface \"{name}\" is down"));
    }
    if link.flags.contains(LinkFlags::NOARP) || link.flags.contains(LinkFlags::LOOPBACK) {
        return Err(format!("Interface \"{name}\" is not ARPable"));
    }
    Ok(link.clone())
}

/// The source: given, none for duplicate detection, the destination itself for announcements, or
/// as routing chooses.
fn find_source(cx: &mut Context<'_>, options: &Options, link: &Link) -> Result<Ipv4Addr, String> {
    if options.mode == Mode::Detect && options.source.is_none() {
        return Ok(Ipv4Addr::UNSPECIFIED);
    }
    let ns = cx.ns.clone();
    let probe = cx
        .world
        .open(&ns, SocketKind::Udp)
        .map_err(|e| failed("socket", &e))?;
    let announces = matches!(options.mode, Mode::Announce | Mode::Answer);
    let wanted = options.source.or(announces.then_some(options.to));
    let bound = cx
        .world
        .set(probe, SocketOption::BindToDevice(link.name.clone()))
        .and_then(|()| match wanted {
            Some(source) => cx.world.bind(probe, source.into(), 0).map(|()| source),
            None => {
                cx.world.connect(probe, options.to.into(), 1025)?;
                match cx.world.local_address(probe)? {
                    (IpAddr::V4(source), _) => Ok(source),
                    (IpAddr::V6(_), _) => Err(Errno::AFNOSUPPORT.into()),
                }
            }
        });
    let _ = cx.world.close(probe);
    let call = if wanted.is_some() { "bind" } else { "connect" };
    bound.map_err(|e| failed(call, &e))
}

impl Run<'_> {
    /// Sends and receives until it is enough.
    fn converse(&mut self, cx: &mut Context<'_>) -> netloom_model::Result<()> {
        let began = cx.world.now()?;
        let deadline = self.options.deadline.map(|d| began + d);
        let announces = matches!(self.options.mode, Mode::Announce | Mode::Answer);
        let mut next = began;
        loop {
            let now = cx.world.now()?;
            let all = self
                .options
                .count
                .is_some_and(|count| self.count.sent >= count);
            let late = deadline.is_some_and(|d| now >= d);
            if cx.world.interrupted() || late || (all && now >= next) {
                return Ok(());
            }
            if !all && now >= next {
                self.send(cx, now);
                next = now + self.options.interval;
                // Nobody answers an announcement: the last one ends it.
                let last = self
                    .options
                    .count
                    .is_some_and(|count| self.count.sent >= count);
                if announces && last {
                    return Ok(());
                }
                continue;
            }
            let until = deadline.map_or(next, |d| d.min(next));
            match cx.world.receive(self.socket, until) {
                Ok(Received::Datagram(datagram)) => {
                    let counted = self.reply(cx, &datagram);
                    let enough = self.options.count.is_some_and(|c| self.count.received >= c);
                    if counted && (self.options.first || enough) {
                        return Ok(());
                    }
                }
                Ok(_) => {}
                Err(e) if e.errno == Errno::INTR => return Ok(()),
                Err(e) => return Err(e),
            }
        }
    }

    fn send(&mut self, cx: &mut Context<'_>, now: Time) {
        let answer = self.options.mode == Mode::Answer;
        let announces = answer || self.options.mode == Mode::Announce;
        let repr = Repr {
            operation: if answer {
                Operation::REPLY
            } else {
                Operation::REQUEST
            },
            sender_mac: self.link.address,
            sender_ip: self.source,
            target_mac: if answer {
                self.link.address
            } else {
                MacAddr::BROADCAST
            },
            target_ip: self.options.to,
        };
        let dst = if announces {
            MacAddr::BROADCAST
        } else {
            self.to
        };
        let mut frame = vec![0; ethernet::HEADER_LEN + arp::PACKET_LEN];
        let src = self.link.address;
        ethernet::Header {
            dst,
            src,
            ethertype: EtherType::ARP,
        }
        .emit(&mut frame);
        repr.emit(&mut frame[ethernet::HEADER_LEN..]);
        self.sent_at = now;
        if cx.world.send(self.socket, None, &frame).is_ok() {
            self.count.sent += 1;
            self.count.broadcasts += u32::from(dst.is_broadcast());
        }
    }

    /// An ARP packet came; whether it is an answer.
    fn reply(&mut self, cx: &mut Context<'_>, datagram: &Datagram) -> bool {
        let Some(body) = datagram.data.get(ethernet::HEADER_LEN..) else {
            return false;
        };
        let Ok(message) = arp::Packet::new_checked(body) else {
            return false;
        };
        let message = message.repr();
        let detects = self.options.mode == Mode::Detect;
        let ours = message.sender_mac == self.link.address;
        let about = message.sender_ip == self.options.to && !ours;
        let to_us = detects
            || (message.target_ip == self.source && message.target_mac == self.link.address);
        if matches!(
            datagram.packet_type,
            PacketType::OtherHost | PacketType::Outgoing
        ) || !about
            || !to_us
        {
            return false;
        }
        self.count.received += 1;
        if !self.options.quiet {
            let how = if datagram.packet_type == PacketType::Host {
                "Unicast"
            } else {
                "Broadcast"
            };
            let what = if message.operation == Operation::REPLY {
                "reply"
            } else {
                "request"
            };
            let mac = message.sender_mac.to_string().to_uppercase();
            let took = datagram.at.since(self.sent_at).as_micros();
            let (ms, us) = (took / 1000, took % 1000);
            let from = message.sender_ip;
            let _ = writeln!(cx.out, "{how} {what} from {from} [{mac}]  {ms}.{us:03}ms");
            let _ = cx.out.flush();
        }
        if !self.options.broadcast_only && !detects {
            self.to = message.sender_mac;
        }
        true
    }

    fn tell(&self, cx: &mut Context<'_>) {
        if self.options.quiet {
            return;
        }
        let Count {
            sent,
            broadcasts,
            received,
        } = self.count;
        let _ = writeln!(cx.out, "Sent {sent} probes ({broadcasts} broadcast(s))");
        let _ = writeln!(cx.out, "Received {received} response(s)");
        let _ = cx.out.flush();
    }

    fn exit_code(&self) -> i32 {
        match self.options.mode {
            Mode::Detect => i32::from(self.count.received > 0),
            Mode::Announce | Mode::Answer => 0,
            Mode::Ask => i32::from(self.count.received == 0),
        }
    }
}

/// How long between two probes, unless told otherwise.
const INTERVAL: Duration = Duration::from_secs(1);
