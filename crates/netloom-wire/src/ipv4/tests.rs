//! Tests of IPv4 views and representations.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;

fn any_repr(options: &[u8]) -> impl Strategy<Value = Repr<'_>> {
    let addresses = (any::<[u8; 4]>(), any::<[u8; 4]>());
    let small = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u16>());
    let fragment = (any::<bool>(), any::<bool>(), 0u16..8192);
    (addresses, small, fragment, 0usize..100).prop_map(
        move |((src, dst), (protocol, ttl, tos, ident), (df, mf, offset), payload_len)| Repr {
            src: src.into(),
            dst: dst.into(),
            protocol: IpProtocol(protocol),
            ttl,
            tos,
            ident,
            df,
            mf,
            frag_offset: offset << 3,
            options,
            payload_len,
        },
    )
}

#[test]
fn a_header_is_refused_for_the_first_thing_wrong_with_it() {
    let mut bytes = [0u8; 24];
    Repr {
        payload_len: 4,
        ..Repr::default()
    }
    .emit(&mut bytes);
    let check = |change: fn(&mut [u8; 24])| {
        let mut changed = bytes;
        change(&mut changed);
        Packet::new_checked(changed).map(|_| ()).unwrap_err()
    };
    assert_eq!(check(|b| b[0] = 0x65), Malformed::BadVersion(6));
    assert_eq!(check(|b| b[0] = 0x44), Malformed::BadHeaderLength(16));
    assert_eq!(check(|b| b[3] = 19), Malformed::BadTotalLength(19));
    let truncated = Malformed::Truncated {
        what: "IPv4 packet",
        need: 25,
        have: 24,
    };
    assert_eq!(check(|b| b[3] = 25), truncated);
    let truncated = Malformed::Truncated {
        what: "IPv4 options",
        need: 28,
        have: 24,
    };
    assert_eq!(check(|b| b[0] = 0x47), truncated);
    let mut padded = bytes;
    padded[3] = 22;
    assert_eq!(Packet::new_checked(&padded).unwrap().payload().len(), 2);
}

#[test]
fn options_end_at_the_first_malformed_one() {
    let walk = |bytes: &[u8]| -> Vec<(u8, usize, bool)> {
        OptionIter::new(bytes)
            .map(|o| match o {
                Ok(o) => (o.kind.0, o.bytes.len(), true),
                Err(Malformed::BadOption(kind)) => (kind, 0, false),
                Err(_) => unreachable!(),
            })
            .collect()
    };
    assert_eq!(
        walk(&[1, 7, 3, 4, 0, 9]),
        [(1, 1, true), (7, 3, true), (0, 1, true)]
    );
    assert_eq!(walk(&[1, 7, 1, 4, 0]), [(1, 1, true), (7, 0, false)]);
    assert_eq!(walk(&[7, 0, 0, 0]), [(7, 0, false)]);
    assert_eq!(walk(&[7, 5, 0, 0]), [(7, 0, false)]);
    assert_eq!(walk(&[1, 7]), [(1, 1, true), (7, 0, false)]);
}

#[test]
fn a_time_to_live_of_zero_stays_zero() {
    let mut bytes = [0u8; 20];
    Repr {
        ttl: 1,
        ..Repr::default()
    }
    .emit(&mut bytes);
    let mut packet = Packet::new_checked(&mut bytes[..]).unwrap();
    assert_eq!(packet.decrement_ttl(), 0);
    assert!(packet.verify_checksum());
    assert_eq!(packet.decrement_ttl(), 0);
    assert!(packet.verify_checksum());
}

proptest! {
    #[test]
    fn a_header_reads_back_as_it_was_written(repr in any_repr(&[])) {
        let mut buf = [0xee; 200];
        repr.emit(&mut buf);
        let packet = Packet::new_checked(&buf[..]).unwrap();
        prop_assert_eq!(Repr::parse(&packet), repr);
        prop_assert!(packet.verify_checksum());
        prop_assert_eq!(packet.as_bytes().len(), repr.buffer_len());
        prop_assert_eq!(packet.payload().len(), repr.payload_len);
        let theirs = etherparse::Ipv4HeaderSlice::from_slice(&buf).unwrap();
        prop_assert_eq!(theirs.header_checksum(), theirs.to_header().calc_header_checksum());
        prop_assert_eq!(theirs.source_addr(), repr.src);
        prop_assert_eq!(theirs.destination_addr(), repr.dst);
        prop_assert_eq!(theirs.ttl(), repr.ttl);
        prop_assert_eq!(theirs.dcp().value(), packet.dscp());
        prop_assert_eq!(theirs.ecn().value(), packet.ecn());
        prop_assert_eq!(theirs.protocol().0, repr.protocol.0);
        prop_assert_eq!(theirs.identification(), repr.ident);
        prop_assert_eq!(theirs.dont_fragment(), repr.df);
        prop_assert_eq!(theirs.more_fragments(), repr.mf);
        prop_assert_eq!(theirs.fragments_offset().byte_offset(), repr.frag_offset);
        prop_assert_eq!(usize::from(theirs.total_len()), repr.buffer_len());
    }

    #[test]
    fn options_are_padded_to_whole_words(options in prop::collection::vec(any::<u8>(), 0..=40)) {
        let repr = Repr { options: &options, payload_len: 3, ..Repr::default() };
        let mut buf = [0xee; 80];
        repr.emit(&mut buf);
        let packet = Packet::new_checked(&buf[..]).unwrap();
        prop_assert!(packet.verify_checksum());
        prop_assert_eq!(&packet.options()[..options.len()], &options[..]);
        prop_assert!(packet.options()[options.len()..].iter().all(|&b| b == 0));
        prop_assert_eq!(packet.payload(), &[0xee; 3]);
    }

    #[test]
    fn a_decremented_ttl_keeps_the_checksum_as_recomputed(repr in any_repr(&[7, 3, 4, 0])) {
        let mut buf = [0; 200];
        repr.emit(&mut buf);
        let mut packet = Packet::new_checked(&mut buf[..]).unwrap();
        let ttl = packet.decrement_ttl();
        prop_assert_eq!(ttl, repr.ttl.saturating_sub(1));
        let incremental = packet.checksum();
        packet.fill_checksum();
        prop_assert_eq!(packet.checksum(), incremental);
    }

    #[test]
    fn setters_write_what_getters_read(repr in any_repr(&[])) {
        let mut packet = Packet::new_unchecked([0x45; 20]);
        packet.set_src(repr.src);
        packet.set_dst(repr.dst);
        packet.set_protocol(repr.protocol);
        packet.set_ttl(repr.ttl);
        packet.set_tos(repr.tos);
        packet.set_ident(repr.ident);
        packet.set_fragment(repr.df, repr.mf, repr.frag_offset);
        packet.set_total_len(repr.buffer_len() as u16);
        packet.fill_checksum();
        prop_assert_eq!(Repr::parse(&packet), repr);
        prop_assert!(packet.verify_checksum());
    }
}
