//! The frames that are sent: 60 bytes, 64 with the checksum of Ethernet.

use crate::prefixes::Random;
use netloom_wire::{IpProtocol, checksum, ipv4, ipv6};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Frames handed in at once.
pub(crate) const BATCH: usize = 256;

/// A frame.
pub(crate) type Frame = [u8; 60];

const SOURCE: [u8; 6] = [2, 0, 0, 0, 0, 1];
/// Where the IPv4 header, its checksum and its destination begin.
const HEADER: usize = 14;
const CHECKSUM: usize = HEADER + 10;
const DESTINATION: usize = HEADER + 16;

/// One batch after the other.
pub(crate) struct Frames {
    frames: Vec<Frame>,
    /// Draws a new destination for every packet.
    draw: Option<(Random, Redirect)>,
    connections: Connections,
}

/// Of which connections packets are.
enum Connections {
    /// Of none.
    None,
    /// Of all whose packets there are, of so many in each batch; the next batch.
    Turns(usize, usize),
    /// Each of a new one: the next.
    New(u32),
}

/// Gives a packet the destination that a random number says.
type Redirect = fn(&mut Frame, u64);

fn frame(to: [u8; 6], ethertype: u16) -> Frame {
    let mut frame = [0; 60];
    frame[..6].copy_from_slice(&to);
    frame[6..12].copy_from_slice(&SOURCE);
    frame[12..HEADER].copy_from_slice(&ethertype.to_be_bytes());
    frame
}

impl Frames {
    /// Frames of an experimental protocol to one station.
    pub(crate) fn to_station(mac: [u8; 6]) -> Frames {
        Frames {
            frames: vec![frame(mac, 0x88b5); BATCH],
            draw: None,
            connections: Connections::None,
        }
    }

    /// The same with the tag of a VLAN.
    pub(crate) fn to_station_in(mac: [u8; 6], vid: u16) -> Frames {
        let mut tagged = frame(mac, 0x8100);
        tagged[HEADER..HEADER + 2].copy_from_slice(&vid.to_be_bytes());
        tagged[HEADER + 2..HEADER + 4].copy_from_slice(&0x88b5_u16.to_be_bytes());
        Frames {
            frames: vec![tagged; BATCH],
            draw: None,
            connections: Connections::None,
        }
    }

    /// UDP packets, each to an address drawn anew, by one router.
    pub(crate) fn to_anywhere(router: [u8; 6]) -> Frames {
        let mut packet = frame(router, 0x0800);
        let repr = ipv4::Repr {
            src: Ipv4Addr::new(10, 0, 1, 2),
            dst: Ipv4Addr::UNSPECIFIED,
            protocol: IpProtocol::UDP,
            payload_len: 26,
            ..ipv4::Repr::default()
        };
        repr.emit(&mut packet[HEADER..]);
        Frames {
            frames: vec![packet; BATCH],
            draw: Some((Random::new(7), |frame, random| {
                redirect(frame, anywhere(random));
            })),
            connections: Connections::None,
        }
    }

    /// The same of IPv6: packets without a payload that anybody looks at.
    pub(crate) fn to_anywhere6(router: [u8; 6]) -> Frames {
        let mut packet = frame(router, 0x86dd);
        let repr = ipv6::Repr {
            src: Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2),
            dst: Ipv6Addr::UNSPECIFIED,
            next_header: IpProtocol::UDP,
            payload_len: 6,
            ..ipv6::Repr::default()
        };
        repr.emit(&mut packet[HEADER..]);
        Frames {
            frames: vec![packet; BATCH],
            draw: Some((Random::new(7), redirect6)),
            connections: Connections::None,
        }
    }

    /// UDP packets by one router: of so many connections in turns, or each of a new one.
    pub(crate) fn of_connections(router: [u8; 6], count: Option<u32>) -> Frames {
        const AT_ONCE: usize = 250;
        let mut frames = vec![frame(router, 0x0800); count.map_or(BATCH, |count| count as usize)];
        for (frame, connection) in frames.iter_mut().zip(0..) {
            connect(frame, connection);
        }
        Frames {
            frames,
            draw: None,
            connections: match count {
                Some(_) => Connections::Turns(AT_ONCE, 0),
                None => Connections::New(0),
            },
        }
    }

    /// The next batch.
    pub(crate) fn next(&mut self) -> &[Frame] {
        if let Some((draw, redirect)) = &mut self.draw {
            for frame in &mut self.frames {
                redirect(frame, draw.next());
            }
        }
        match &mut self.connections {
            Connections::None => {}
            Connections::Turns(at_once, next) => {
                let from = *next;
                *next = (from + *at_once) % self.frames.len();
                return &self.frames[from..from + *at_once];
            }
            Connections::New(next) => {
                for frame in &mut self.frames {
                    connect(frame, *next);
                    *next += 1;
                }
            }
        }
        &self.frames
    }
}

/// Writes the packet of a connection: one port after the other, one host after the other.
fn connect(frame: &mut Frame, connection: u32) {
    const PORTS: u32 = 50_000;
    const UDP: usize = HEADER + ipv4::HEADER_LEN;
    let (src, dst) = (
        Ipv4Addr::new(10, 0, 1, 2),
        Ipv4Addr::from_bits(0x0b00_0001 + connection / PORTS),
    );
    let repr = ipv4::Repr {
        src,
        dst,
        protocol: IpProtocol::UDP,
        payload_len: 26,
        ..ipv4::Repr::default()
    };
    repr.emit(&mut frame[HEADER..]);
    let port = 10_000 + (connection % PORTS) as u16;
    frame[UDP..UDP + 2].copy_from_slice(&port.to_be_bytes());
    frame[UDP + 2..UDP + 8].copy_from_slice(&[0, 53, 0, 26, 0, 0]);
    let pseudo = checksum::pseudo_v4(src, dst, IpProtocol::UDP, 26);
    let sum = !checksum::combine(&[pseudo, checksum::sum(&frame[UDP..])]);
    frame[UDP + 6..UDP + 8].copy_from_slice(&sum.to_be_bytes());
}

/// An address where packets may go: 11.0.0.0 to 120.255.255.255.
fn anywhere(random: u64) -> u32 {
    let first = 11 + (random >> 32) as u32 % 110;
    first << 24 | (random as u32 & 0x00ff_ffff)
}

/// Gives a packet another destination.
fn redirect(frame: &mut Frame, to: u32) {
    let word = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
    let old = u32::from(word(DESTINATION)) << 16 | u32::from(word(DESTINATION + 2));
    let sum = checksum::update_u32(word(CHECKSUM), old, to);
    frame[CHECKSUM..CHECKSUM + 2].copy_from_slice(&sum.to_be_bytes());
    frame[DESTINATION..DESTINATION + 4].copy_from_slice(&to.to_be_bytes());
}

/// Gives a packet of IPv6 a destination in 2600::/12.
fn redirect6(frame: &mut Frame, random: u64) {
    const DESTINATION: usize = HEADER + 24;
    let first = 0x2600_0000_0000_0000 | random >> 12;
    frame[DESTINATION..DESTINATION + 8].copy_from_slice(&first.to_be_bytes());
    frame[DESTINATION + 8..DESTINATION + 16].copy_from_slice(&random.to_be_bytes());
}
