//! `bpf`: classic BPF over a packet from its network header on (iptables-extensions(8); the Linux
//! kernel's Documentation/networking/filter.rst). Left out: netlink attributes, queues and hashes of
//! devices, VLAN tags.

use super::fields;
use crate::filter::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::xt::BpfInstruction;

/// What a code consists of.
mod code {
    pub(super) const LD: u16 = 0;
    pub(super) const LDX: u16 = 1;
    pub(super) const ST: u16 = 2;
    pub(super) const STX: u16 = 3;
    pub(super) const ALU: u16 = 4;
    pub(super) const JMP: u16 = 5;
    pub(super) const RET: u16 = 6;
    pub(super) const MISC: u16 = 7;

    pub(super) const IMM: u16 = 0x00;
    pub(super) const ABS: u16 = 0x20;
    pub(super) const IND: u16 = 0x40;
    pub(super) const MEM: u16 = 0x60;
    pub(super) const LEN: u16 = 0x80;
    pub(super) const MSH: u16 = 0xa0;

    /// The operand is X.
    pub(super) const X: u16 = 0x08;
    /// What is returned is A.
    pub(super) const A: u16 = 0x10;
    pub(super) const TXA: u16 = 0x80;
}

/// How much memory a program has.
const MEMORY: usize = 16;

/// Where loads are no loads of the packet's bytes.
const EXTENSIONS: u32 = 0xffff_f000;
const NETWORK: u32 = 0xfff0_0000;
const LINK: u32 = 0xffe0_0000;

/// Whether the kernel takes a program (`bpf_check_classic`): it ends, reads nothing that was not
/// written, and jumps forward within itself.
pub(super) fn is_valid(program: &[BpfInstruction]) -> bool {
    let ends = program
        .last()
        .is_some_and(|last| last.code & 7 == code::RET);
    let each = program.iter().enumerate();
    let mut known = each.map(|(at, instruction)| is_known(instruction, program.len() - at - 1));
    ends && known.all(|known| known) && reads_what_was_written(program)
}

fn is_known(i: &BpfInstruction, left: usize) -> bool {
    let shifts = matches!(i.code & 0xf0, 0x60 | 0x70);
    match i.code & 7 {
        code::LD | code::LDX => match (i.code & 7, i.code & 0xe0, i.code & 0x18) {
            (code::LD, code::ABS, size) if i.constant >= EXTENSIONS => {
                let which = i.constant - EXTENSIONS;
                size != 0x18 && which <= 60 && which.is_multiple_of(4)
            }
            (_, code::IMM | code::LEN, 0)
            | (code::LD, code::ABS | code::IND, 0 | 0x08 | 0x10)
            | (code::LDX, code::MSH, 0x10) => true,
            (_, code::MEM, 0) => (i.constant as usize) < MEMORY,
            _ => false,
        },
        code::ST | code::STX => i.code <= code::STX && (i.constant as usize) < MEMORY,
        code::ALU => match (i.code >> 4, i.code & code::X) {
            (0x8, 0) => true,
            (0x3 | 0x9, 0) => i.constant != 0,
            (_, 0) if shifts => i.constant < 32,
            (operation, _) => operation <= 0xa && operation != 0x8,
        },
        code::JMP => match i.code & 0xf0 {
            0 => i.code == code::JMP && (i.constant as usize) < left,
            0x10..=0x40 => usize::from(i.if_true) < left && usize::from(i.if_false) < left,
            _ => false,
        },
        code::RET => matches!(i.code & !7, 0 | code::A),
        _ => matches!(i.code & !7, 0 | code::TXA),
    }
}

/// Whether every way to a load from memory leads by a store there (`check_load_and_stores`).
fn reads_what_was_written(program: &[BpfInstruction]) -> bool {
    let mut masks = vec![u16::MAX; program.len()];
    let mut written = 0u16;
    for (at, i) in program.iter().enumerate() {
        written &= masks[at];
        let bit = 1u16.checked_shl(i.constant).unwrap_or(0);
        let mut meets = |skipped: usize, written: u16| {
            if let Some(mask) = masks.get_mut(at + 1 + skipped) {
                *mask &= written;
            }
        };
        match i.code {
            code::ST | code::STX => written |= bit,
            _ if i.code & 6 == 0 && i.code & 0xe0 == code::MEM && written & bit == 0 => {
                return false;
            }
            code::JMP => {
                meets(i.constant as usize, written);
                written = u16::MAX;
            }
            _ if i.code & 7 == code::JMP => {
                meets(usize::from(i.if_true), written);
                meets(usize::from(i.if_false), written);
                written = u16::MAX;
            }
            _ => {}
        }
    }
    true
}

/// What a program that was checked says of a packet; none where it asks what netloom does not know.
pub(super) fn run(
    program: &[BpfInstruction],
    net: &Net,
    facts: &Facts,
    packet: &Packet,
) -> Option<bool> {
    let mut machine = Machine {
        a: 0,
        x: 0,
        memory: [0; MEMORY],
        net,
        facts,
        packet,
    };
    let mut at = 0;
    while let Some(instruction) = program.get(at) {
        match machine.step(instruction) {
            Step::Next(skipped) => at += 1 + skipped,
            Step::Returns(value) => return Some(value != 0),
            Step::Unknown => return None,
        }
    }
    Some(false)
}

/// What an instruction comes to.
enum Step {
    /// The next one is carried out, so many left out.
    Next(usize),
    Returns(u32),
    Unknown,
}

/// A number that is loaded.
enum Loaded {
    Number(u32),
    /// It is not there: the program returns 0.
    Beyond,
    Unknown,
}

struct Machine<'a> {
    a: u32,
    x: u32,
    memory: [u32; MEMORY],
    net: &'a Net,
    facts: &'a Facts,
    packet: &'a Packet,
}

impl Machine<'_> {
    fn step(&mut self, i: &BpfInstruction) -> Step {
        let k = i.constant;
        let operand = if i.code & code::X != 0 { self.x } else { k };
        match i.code & 7 {
            code::LD | code::LDX => match self.load(i) {
                Loaded::Number(number) if i.code & 7 == code::LD => self.a = number,
                Loaded::Number(number) => self.x = number,
                Loaded::Beyond => return Step::Returns(0),
                Loaded::Unknown => return Step::Unknown,
            },
            code::ST => self.memory[k as usize % MEMORY] = self.a,
            code::STX => self.memory[k as usize % MEMORY] = self.x,
            code::ALU => match compute(i.code >> 4, self.a, operand) {
                Some(number) => self.a = number,
                None => return Step::Returns(0),
            },
            code::JMP => {
                let holds = match i.code & 0xf0 {
                    0x10 => self.a == operand,
                    0x20 => self.a > operand,
                    0x30 => self.a >= operand,
                    0x40 => self.a & operand != 0,
                    _ => return Step::Next(k as usize),
                };
                let skipped = if holds { i.if_true } else { i.if_false };
                return Step::Next(skipped.into());
            }
            code::RET if i.code & code::A != 0 => return Step::Returns(self.a),
            code::RET => return Step::Returns(k),
            code::MISC if i.code & code::TXA != 0 => self.a = self.x,
            _ => self.x = self.a,
        }
        Step::Next(0)
    }

    fn load(&self, i: &BpfInstruction) -> Loaded {
        let k = i.constant;
        let size = match i.code & 0x18 {
            0 => 4,
            0x08 => 2,
            _ => 1,
        };
        match i.code & 0xe0 {
            code::IMM => Loaded::Number(k),
            code::MEM => Loaded::Number(self.memory[k as usize % MEMORY]),
            code::LEN => Loaded::Number(self.packet.network().len() as u32),
            code::ABS => self.bytes(k, size),
            code::IND => self.bytes(self.x.wrapping_add(k), size),
            // How long a header of IPv4 is that begins there.
            _ => match self.bytes(k, 1) {
                Loaded::Number(byte) => Loaded::Number((byte & 0xf) * 4),
                other => other,
            },
        }
    }

    fn bytes(&self, at: u32, size: usize) -> Loaded {
        let (bytes, at) = match at {
            EXTENSIONS.. => return self.extension(at - EXTENSIONS),
            NETWORK.. => (self.packet.network(), at - NETWORK),
            LINK.. => {
                let Some(header) = self.packet.link_header() else {
                    return Loaded::Beyond;
                };
                let behind = (at - LINK).checked_sub(header.len() as u32);
                behind.map_or((header, at - LINK), |at| (self.packet.network(), at))
            }
            _ => (self.packet.network(), at),
        };
        let found = bytes.get(at as usize..).and_then(|rest| rest.get(..size));
        found.map_or(Loaded::Beyond, |bytes| {
            Loaded::Number(
                bytes
                    .iter()
                    .fold(0, |all, byte| all << 8 | u32::from(*byte)),
            )
        })
    }

    /// What goes with a packet (`SKF_AD_*`).
    fn extension(&self, which: u32) -> Loaded {
        let dev = self.facts.input.some().or(self.facts.output.some());
        Loaded::Number(match which {
            0 => self.packet.ethertype.0.into(),
            4 => fields::packet_type(self.packet).into(),
            8 => dev.map_or(0, |dev| self.net.dev(dev).index),
            20 => self.packet.mark,
            // There is one processor.
            36 => 0,
            40 => self.a ^ self.x,
            _ => return Loaded::Unknown,
        })
    }
}

/// A computation; none where it divides by zero.
fn compute(operation: u16, a: u32, operand: u32) -> Option<u32> {
    Some(match operation {
        0x0 => a.wrapping_add(operand),
        0x1 => a.wrapping_sub(operand),
        0x2 => a.wrapping_mul(operand),
        0x3 => a.checked_div(operand)?,
        0x4 => a | operand,
        0x5 => a & operand,
        0x6 => a.wrapping_shl(operand),
        0x7 => a.wrapping_shr(operand),
        0x8 => a.wrapping_neg(),
        0x9 => a.checked_rem(operand)?,
        _ => a ^ operand,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(words: &[(u16, u8, u8, u32)]) -> Vec<BpfInstruction> {
        let of = |&(code, if_true, if_false, constant): &_| BpfInstruction {
            code,
            if_true,
            if_false,
            constant,
        };
        words.iter().map(of).collect()
    }

    #[test]
    fn a_program_must_return_at_its_end_and_jump_within_itself() {
        assert!(is_valid(&program(&[
            (48, 0, 0, 9),
            (21, 0, 1, 6),
            (6, 0, 0, 1),
            (6, 0, 0, 0)
        ])));
        assert!(!is_valid(&program(&[(48, 0, 0, 9)])));
        assert!(!is_valid(&program(&[(5, 0, 0, 5), (6, 0, 0, 1)])));
        assert!(!is_valid(&program(&[(21, 1, 0, 0), (6, 0, 0, 1)])));
        assert!(!is_valid(&program(&[(99, 0, 0, 0), (6, 0, 0, 1)])));
        assert!(!is_valid(&program(&[(52, 0, 0, 0), (6, 0, 0, 1)])));
    }

    #[test]
    fn memory_is_read_once_every_way_there_wrote_it() {
        let read = (96, 0, 0, 3);
        assert!(!is_valid(&program(&[read, (6, 0, 0, 1)])));
        assert!(is_valid(&program(&[(2, 0, 0, 3), read, (6, 0, 0, 1)])));
        // One branch does not write.
        let branch = [(21, 0, 1, 6), (2, 0, 0, 3), read, (22, 0, 0, 0)];
        assert!(!is_valid(&program(&branch)));
    }

    #[test]
    fn shifts_wrap_and_nothing_is_divided_by_zero() {
        assert_eq!(compute(0x6, 1, 33), Some(2));
        assert_eq!(compute(0x3, 1, 0), None);
        assert_eq!(compute(0x8, 1, 0), Some(u32::MAX));
    }
}
