//! `stp` and `802_3` of ebtables: what stands behind the length of a frame of IEEE 802.3 (IEEE 802.2; a
//! BPDU is read as of IEEE 802.1D, 9.3).

use netloom_model::ruleset::xt::{EbLlc, Not, Span, Stp, StpField};

/// The octets that a BPDU must begin with.
const BPDU: [u8; 6] = [0x42, 0x42, 0x03, 0, 0, 0];
/// The point of SNAP, behind which a type stands.
const SNAP: u8 = 0xaa;

/// `stp` (`ebt_stp_mt`). The kernel takes the protocol identifier for one octet, so it reads each field
/// one octet before its place: the version as the type, the type as the flags. What it asks for as
/// type is thus always that of a configuration.
pub(super) fn stp(asked: &Stp, frame: &[u8]) -> bool {
    let Some(tells) = frame.strip_prefix(&BPDU) else {
        return false;
    };
    let kind = u64::from(BPDU[5]);
    asked.fields.iter().all(|(field, values)| match field {
        StpField::Type => values.matches(values.is.0 == kind),
        field => field_is(*field, *values, tells),
    })
}

/// A field of a BPDU behind its type.
fn field_is(field: StpField, asked: Not<Span<u64>>, tells: &[u8]) -> bool {
    let (at, len) = match field {
        StpField::Type | StpField::Flags => (0, 1),
        StpField::RootPrio => (1, 2),
        StpField::RootAddr => (3, 6),
        StpField::RootCost => (9, 4),
        StpField::SenderPrio => (13, 2),
        StpField::SenderAddr => (15, 6),
        StpField::Port => (21, 2),
        StpField::MsgAge => (23, 2),
        StpField::MaxAge => (25, 2),
        StpField::HelloTime => (27, 2),
        StpField::ForwardDelay => (29, 2),
    };
    let Some(bytes) = tells.get(at..at + len) else {
        return false;
    };
    let found = bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let (from, to) = asked.is;
    asked.matches(match field {
        StpField::RootAddr | StpField::SenderAddr => found & to == from & to,
        _ => from <= found && found <= to,
    })
}

/// `802_3` (`ebt_802_3_mt`): of both points each is asked for itself.
pub(super) fn llc(asked: EbLlc, frame: &[u8]) -> bool {
    let [dsap, ssap, control, ..] = *frame else {
        return false;
    };
    // The control field of an unnumbered frame has one octet, others have two.
    let at = if control & 0x03 != 0 { 6 } else { 7 };
    let of_sap = |sap: Not<u8>| sap.matches(sap.is == ssap) && sap.matches(sap.is == dsap);
    let of_kind = |kind: Not<u16>| {
        let found = frame.get(at..at + 2);
        let found = found.map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
        (dsap, ssap) == (SNAP, SNAP) && found.is_some_and(|found| kind.matches(kind.is == found))
    };
    asked.sap.is_none_or(of_sap) && asked.kind.is_none_or(of_kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A configuration BPDU of the root 8000.02:00:00:00:00:01, by its port 8002 (IEEE 802.1D, 9.3.1).
    fn bpdu() -> Vec<u8> {
        let mut bytes = [&BPDU[..], &[0, 0, 1]].concat();
        bytes.remove(6);
        let root = [0x80, 0, 2, 0, 0, 0, 0, 1];
        bytes.extend_from_slice(&root);
        bytes.extend_from_slice(&[0, 0, 0, 100]);
        bytes.extend_from_slice(&root);
        bytes.extend_from_slice(&[0x80, 2, 0, 0, 20, 0, 2, 0, 15, 0]);
        bytes
    }

    fn asks(field: StpField, is: (u64, u64), not: bool) -> Stp {
        Stp {
            fields: vec![(field, Not { is, not })],
        }
    }

    #[test]
    fn each_field_of_a_bpdu_is_read_one_octet_before_its_place() {
        let fields = [
            (StpField::Type, 0),
            (StpField::Flags, 0),
            (StpField::RootPrio, 0x0180),
            (StpField::RootCost, 0x0100_0000),
            (StpField::SenderPrio, 0x6480),
            (StpField::Port, 0x0180),
            (StpField::MsgAge, 0x0200),
            (StpField::MaxAge, 20),
            (StpField::HelloTime, 2),
            (StpField::ForwardDelay, 15),
        ];
        for (field, value) in fields {
            assert!(
                stp(&asks(field, (value, value), false), &bpdu()),
                "{field:?}"
            );
            assert!(
                !stp(&asks(field, (value, value), true), &bpdu()),
                "{field:?}"
            );
        }
        let address = (0x0002_0000_0000, 0xffff_0000_0000);
        assert!(stp(&asks(StpField::RootAddr, address, false), &bpdu()));
        assert!(!stp(&asks(StpField::SenderAddr, address, true), &bpdu()));
    }

    #[test]
    fn a_frame_that_ends_too_early_is_none() {
        let cost = asks(StpField::RootCost, (0, u64::MAX), false);
        assert!(stp(&cost, &bpdu()));
        assert!(!stp(&cost, &bpdu()[..12]));
        assert!(!stp(&cost, &[0x42, 0x42, 0x03]));
    }

    #[test]
    fn types_are_those_of_snap() {
        let asked = |sap, kind| EbLlc { sap, kind };
        let of = |is| Some(Not { is, not: false });
        let snap = [SNAP, SNAP, 0x03, 0, 0, 0, 0x08, 0x06];
        assert!(llc(
            asked(
                Some(Not {
                    is: SNAP,
                    not: false
                }),
                of(0x0806)
            ),
            &snap
        ));
        assert!(!llc(asked(None, of(0x0800)), &snap));
        assert!(!llc(asked(None, of(0x0806)), &bpdu()));
        assert!(llc(
            asked(
                Some(Not {
                    is: SNAP,
                    not: true
                }),
                None
            ),
            &bpdu()
        ));
    }
}
