//! The observer that writes a journey down.

mod read;

use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::vlan;
use netloom_model::NsName;
use netloom_model::journey::{
    DropReason, Event, Head, JOURNEY_VERSION, Journey, JourneyPacket, Origin, Stage, Step, Verdict,
};
use netloom_wire::EtherType;
use std::collections::BTreeMap;

/// Writes every step down, up to a limit.
pub(crate) struct Scribe {
    packets: Vec<JourneyPacket>,
    steps: Vec<Step>,
    most: usize,
    truncated: bool,
    /// Whether no program here sent the packet: its answer is for somebody outside.
    outside: bool,
    /// Whether what each step reads is kept.
    states: bool,
    /// The packet that what is sent now answers.
    pub(crate) answering: Option<u32>,
    /// What each packet looked like when it was last written down.
    seen: BTreeMap<u32, Vec<u8>>,
}

impl Scribe {
    pub(crate) fn new(most: u32, outside: bool) -> Scribe {
        Scribe {
            packets: Vec::new(),
            steps: Vec::new(),
            most: most as usize,
            truncated: false,
            outside,
            states: false,
            answering: None,
            seen: BTreeMap::new(),
        }
    }

    /// Keeps what each step reads, if `states` says so.
    pub(crate) fn with_states(self, states: bool) -> Scribe {
        Scribe { states, ..self }
    }

    /// Whether the limit is reached.
    pub(crate) fn is_full(&self) -> bool {
        self.truncated
    }

    /// The packet that was asked about and its copies, where it left and nobody answered.
    pub(crate) fn left_unanswered(&self) -> Vec<u32> {
        let asked = lineage(&self.packets, 0);
        let left = matches!(verdict(self, &asked, true), Verdict::Left { .. });
        match left && self.answer(&asked).is_none() {
            true => asked,
            false => Vec::new(),
        }
    }

    /// The datagram that was asked about, where a program has it and nobody answered: which one, where, and
    /// what it looked like then.
    pub(crate) fn heard_unanswered(&self) -> Option<(u32, NsName, Head)> {
        let asked = lineage(&self.packets, 0);
        let heard = self.steps.iter().find(|step| {
            let delivered = matches!(step.event, Event::Delivered { .. });
            asked.contains(&step.packet) && delivered && step.stage == Stage::UdpReceive
        })?;
        if self.answer(&asked).is_some() {
            return None;
        }
        let own = |step: &&Step| step.packet == heard.packet;
        let mut own = self.steps.iter().rev().filter(own);
        let head = own.find_map(|step| step.head.clone())?;
        Some((heard.packet, heard.ns.clone(), head))
    }

    /// What answers one of these packets.
    fn answer(&self, asked: &[u32]) -> Option<&JourneyPacket> {
        let answers = |packet: &&JourneyPacket| {
            packet.origin.answers() && packet.parent.is_some_and(|parent| asked.contains(&parent))
        };
        self.packets.iter().find(answers)
    }

    /// The journey as written, with what became of the packet and of its answer.
    pub(crate) fn finish(self) -> Journey {
        let asked = lineage(&self.packets, 0);
        let verdict = verdict(&self, &asked, true);
        let back = self.answer(&asked).map(|p| verdict_of_answer(&self, p));
        Journey {
            version: JOURNEY_VERSION,
            packets: self.packets,
            steps: self.steps,
            verdict,
            back,
            truncated: self.truncated,
        }
    }
}

/// A packet and its copies.
fn lineage(packets: &[JourneyPacket], first: u32) -> Vec<u32> {
    let mut all = vec![first];
    for packet in packets {
        let copied = packet.origin == Origin::Copy;
        if copied && packet.parent.is_some_and(|parent| all.contains(&parent)) {
            all.push(packet.id);
        }
    }
    all
}

fn verdict_of_answer(scribe: &Scribe, answer: &JourneyPacket) -> Verdict {
    match verdict(scribe, &lineage(&scribe.packets, answer.id), false) {
        // The probe itself has no more than a raw socket.
        Verdict::Delivered { ns, .. } if answer.origin == Origin::TcpReset => Verdict::Delivered {
            ns,
            to: "the program that connects".to_owned(),
        },
        // Nobody waits for it where the packet was only said to come from there.
        Verdict::Dropped {
            ns,
            reason: DropReason::IcmpUnwanted | DropReason::NoSocket,
            ..
        } if scribe.outside => Verdict::Delivered {
            ns,
            to: "the host that has the source address".to_owned(),
        },
        verdict => verdict,
    }
}

/// What became of a packet and its copies: delivered if one of them was; else left, if one of them
/// did; else what ended the last one. `asked`: being answered is an end too.
fn verdict(scribe: &Scribe, ids: &[u32], asked: bool) -> Verdict {
    let mut left = None;
    let mut dropped = None;
    for (at, step) in scribe
        .steps
        .iter()
        .enumerate()
        .filter(|(_, s)| ids.contains(&s.packet))
    {
        match &step.event {
            Event::Delivered { to } => {
                return Verdict::Delivered {
                    ns: step.ns.clone(),
                    to: to.clone(),
                };
            }
            Event::Answered {
                with: Origin::IcmpReply,
                ..
            } if asked => {
                return Verdict::Delivered {
                    ns: step.ns.clone(),
                    to: "the host, which answers".to_owned(),
                };
            }
            Event::Left | Event::LeftHost { .. } => {
                let dev = step.dev.clone().unwrap_or_default();
                left = left.or(Some(Verdict::Left {
                    ns: step.ns.clone(),
                    dev,
                }));
            }
            Event::Dropped(DropReason::DeviceUnknown) => {
                let dev = step.dev.as_deref().unwrap_or_default();
                let ns = &step.ns;
                let what = DropReason::DeviceUnknown.text();
                return Verdict::Unknown {
                    why: format!("it comes to {dev} of {ns}: {what}"),
                };
            }
            Event::Dropped(reason) => {
                let verdict = Verdict::Dropped {
                    step: Some(at as u32),
                    ns: step.ns.clone(),
                    dev: step.dev.clone(),
                    reason: *reason,
                };
                // A copy that a bridge sent elsewhere and that nobody wanted says little; the
                // packet's own end says more, and the latest of those that did reach a host.
                let quiet = matches!(
                    reason,
                    DropReason::OtherHost
                        | DropReason::ArpNotOurs
                        | DropReason::NdpNotOurs
                        | DropReason::BridgeNoPort
                        | DropReason::VlanBridge
                );
                if !quiet || dropped.is_none() {
                    dropped = Some(verdict);
                }
            }
            _ => {}
        }
    }
    left.or(dropped).unwrap_or_else(|| Verdict::Unknown {
        why: if scribe.truncated {
            "the journey has more steps than were written down".to_owned()
        } else {
            "the packet is still on its way".to_owned()
        },
    })
}

/// The first bytes of a packet: from its Ethernet header on while the front is there, else from its
/// IP header. A payload of another protocol says nothing without what was before it.
fn head(net: &Net, packet: &Packet) -> Option<Head> {
    let made_up = packet.dev.some().and_then(|dev| net.devices.get(dev.0));
    let made_up = made_up.map_or(0, |device| device.kind.made_up_header());
    let on_link = !packet.is_past_link();
    let ethernet = on_link && made_up == 0;
    if ethernet && packet.tag.is_present() {
        let mut bytes = vlan::whole(packet);
        let len = bytes.len() as u32;
        bytes.truncate(Head::KEPT);
        return Some(Head {
            bytes,
            len,
            ethernet,
        });
    }
    let bytes = match (on_link, packet.ethertype) {
        (true, _) => packet.bytes().get(made_up..)?,
        (false, EtherType::IPV4 | EtherType::IPV6) => packet.network(),
        (false, _) => return None,
    };
    Some(Head {
        bytes: bytes[..bytes.len().min(Head::KEPT)].to_vec(),
        len: bytes.len() as u32,
        ethernet,
    })
}

impl Observer for Scribe {
    const ON: bool = true;

    fn step(
        &mut self,
        net: &Net,
        packet: &Packet,
        (ns, dev): (NsId, DevId),
        stage: Stage,
        event: Event,
    ) {
        if packet.id == Packet::UNWATCHED {
            return;
        }
        if self.steps.len() >= self.most {
            self.truncated = true;
            return;
        }
        let seen = self.seen.get(&packet.id);
        let now = head(net, packet).filter(|now| now.len > 0 && seen != Some(&now.bytes));
        if let Some(now) = &now {
            self.seen.insert(packet.id, now.bytes.clone());
        }
        let read = self.states.then(|| read::of(net, (ns, dev), stage, &event));
        self.steps.push(Step {
            packet: packet.id,
            at: net.now,
            ns: net.ns(ns).name.clone(),
            dev: dev.some().map(|dev| net.dev(dev).name.clone()),
            stage,
            event,
            head: now,
            read: read.flatten(),
        });
    }

    fn born(&mut self, net: &Net, packet: &mut Packet, parent: Option<u32>, origin: Origin) {
        if parent == Some(Packet::UNWATCHED) {
            packet.id = Packet::UNWATCHED;
            return;
        }
        if self.steps.len() >= self.most {
            self.truncated = true;
            return;
        }
        // Only the first that a program sends is the one asked about.
        let (parent, origin) = match (self.answering, origin) {
            (Some(asked), Origin::Probe) => (Some(asked), Origin::UdpReply),
            _ => (parent, origin),
        };
        let origin = match origin {
            Origin::Probe if !self.packets.is_empty() => Origin::Other,
            origin => origin,
        };
        packet.id = self.packets.len() as u32;
        self.packets.push(JourneyPacket {
            id: packet.id,
            origin,
            parent,
            head: head(net, packet).unwrap_or_default(),
        });
    }
}
