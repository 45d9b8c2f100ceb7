//! `sctp` and `dccp`: ports, and what packets of these protocols are.

use super::super::layout::{Flags, Plain, asked, layout};
use super::super::{Given, Info};
use super::one;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Dccp, Not, Sctp, SctpChunks, Span, XtMatch};

layout! {
    /// `xt_sctp_flag_info`.
    ChunkFlags { chunk: u8, set: u8, mask: u8 }
    /// `xt_sctp_info`: its bits of chunks have room for many more than there are.
    Sctp0 {
        dport: [u16; 2],
        sport: [u16; 2],
        chunks: [u32; 64],
        mode: u32,
        chunk_flags: [ChunkFlags; 4],
        flagged: u32,
        flags: u32,
        inverted: u32,
    }
    /// `xt_dccp_info`.
    Dccp0 { dport: [u16; 2], sport: [u16; 2], flags: u16, inverted: u16, types: u16, option: u8 }
}

/// What is asked for, of both (`XT_SCTP_*`, `XT_DCCP_*`).
const SPORT: u16 = 1;
const DPORT: u16 = 2;
const TYPES: u16 = 4;
const OPTION: u16 = 8;

/// Ports of one side as they are written.
fn ports(flags: &mut Flags, bit: u16, side: Option<Not<Span<u16>>>) -> [u16; 2] {
    flags.of(bit, side).map_or([0; 2], <[u16; 2]>::from)
}

pub(super) fn read_sctp(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Sctp0 = given.read()?;
    let flagged = all.chunk_flags.get(..all.flagged as usize)?;
    let there = (0..=u8::MAX).filter(|chunk| {
        let [word, bit] = [chunk / 32, chunk % 32].map(usize::from);
        all.chunks[word] >> bit & 1 != 0
    });
    let types = there.map(|chunk| {
        let flags = flagged.iter().find(|flags| flags.chunk == chunk);
        flags.map_or((chunk, 0, 0), |flags| (chunk, flags.set, flags.mask))
    });
    let types: Vec<_> = types.collect();
    let asks = all.flags & u32::from(TYPES) != 0;
    // Their modes are bits: any, all, only.
    let mode = match (all.mode, asks) {
        (1 | 2 | 4, _) => all.mode.trailing_zeros() as u8,
        (_, false) => 0,
        _ => return None,
    };
    let (flags, inverted) = (all.flags, all.inverted);
    one(XtMatch::Sctp(Sctp {
        sport: asked(flags, inverted, SPORT.into(), all.sport.into()),
        dport: asked(flags, inverted, DPORT.into(), all.dport.into()),
        chunks: asked(flags, inverted, TYPES.into(), SctpChunks { mode, types }),
    }))
}

/// Stands where there are no flags of a chunk.
const NO_CHUNK: u8 = 0xff;

pub(super) fn sctp(found: &Sctp) -> Option<Info> {
    let (mut all, mut flags) = (Sctp0::zero(), Flags::default());
    for room in &mut all.chunk_flags {
        room.chunk = NO_CHUNK;
    }
    all.sport = ports(&mut flags, SPORT, found.sport);
    all.dport = ports(&mut flags, DPORT, found.dport);
    if let Some(Not { is: chunks, not }) = &found.chunks {
        flags.of(TYPES, Some(Not { is: (), not: *not }));
        all.mode = 1u32.checked_shl(chunks.mode.into())?;
        if chunks.types.len() == 256 {
            all.chunks = [u32::MAX; 64];
        }
        for (chunk, set, mask) in &chunks.types {
            let [word, bit] = [chunk / 32, chunk % 32].map(usize::from);
            all.chunks[word] |= 1 << bit;
            if *mask != 0 {
                *all.chunk_flags.get_mut(all.flagged as usize)? = ChunkFlags {
                    chunk: *chunk,
                    set: *set,
                    mask: *mask,
                };
                all.flagged += 1;
            }
        }
    }
    (all.flags, all.inverted) = (flags.asked.into(), flags.inverted.into());
    Info::some("sctp", 0, all.bytes())
}

pub(super) fn read_dccp(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: Dccp0 = given.read()?;
    let (flags, inverted) = (all.flags, all.inverted);
    one(XtMatch::Dccp(Dccp {
        sport: asked(flags, inverted, SPORT, all.sport.into()),
        dport: asked(flags, inverted, DPORT, all.dport.into()),
        types: asked(flags, inverted, TYPES, all.types),
        option: asked(flags, inverted, OPTION, all.option),
    }))
}

pub(super) fn dccp(found: &Dccp) -> Option<Info> {
    let (mut all, mut flags) = (Dccp0::zero(), Flags::default());
    all.sport = ports(&mut flags, SPORT, found.sport);
    all.dport = ports(&mut flags, DPORT, found.dport);
    all.types = flags.of(TYPES, found.types).unwrap_or(0);
    all.option = flags.of(OPTION, found.option).unwrap_or(0);
    (all.flags, all.inverted) = (flags.asked, flags.inverted);
    Info::some("dccp", 0, all.bytes())
}
