//! Tests against what tcpdump 4.99.3 printed of the same packets, recorded in `recorded/`.
//!
//! `packets.pcap` holds one packet for each form of text, `cut.pcap` the same cut off at several
//! lengths; each text file is the output of `tcpdump -t -r` with the options of its name.

use super::*;
use crate::capture_file::Reader;

const PACKETS: &[u8] = include_bytes!("recorded/packets.pcap");
const CUT: &[u8] = include_bytes!("recorded/cut.pcap");

fn print_all(file: &[u8], style: &Style) -> Vec<String> {
    let mut reader = Reader::new(file).unwrap();
    let link = LinkType::from_number(reader.interfaces()[0].link_type).unwrap();
    let mut printer = Printer::new(style.clone());
    let mut texts = Vec::new();
    while let Some(packet) = reader.next_packet().unwrap() {
        let length = packet.original_len as usize;
        let text = printer.print(link, &|index| format!("if{index}"), &packet.bytes, length);
        texts.extend(text.split('\n').map(String::from));
    }
    texts
}

/// Compares line by line, all differences at once.
fn assert_same(ours: &[String], theirs: &str) {
    let theirs: Vec<&str> = theirs.lines().collect();
    let mut different = String::new();
    for (number, theirs) in theirs.iter().enumerate() {
        let ours = ours.get(number).map_or("", String::as_str);
        if ours != *theirs {
            different += &format!("{}:\n  tcpdump: {theirs}\n  netloom: {ours}\n", number + 1);
        }
    }
    assert!(different.is_empty(), "{different}");
    assert_eq!(ours.len(), theirs.len());
}

fn numeric() -> Style {
    Style {
        numeric: true,
        ..Style::default()
    }
}

#[test]
fn every_packet_prints_as_tcpdump_prints_it() {
    assert_same(
        &print_all(PACKETS, &numeric()),
        include_str!("recorded/packets-n.txt"),
    );
}

#[test]
fn verbose_text_is_that_of_tcpdump() {
    let style = Style {
        verbose: 1,
        ..numeric()
    };
    assert_same(
        &print_all(PACKETS, &style),
        include_str!("recorded/packets-nv.txt"),
    );
}

#[test]
fn very_verbose_text_is_that_of_tcpdump() {
    let style = Style {
        verbose: 2,
        ..numeric()
    };
    assert_same(
        &print_all(PACKETS, &style),
        include_str!("recorded/packets-nvv.txt"),
    );
}

#[test]
fn the_link_layer_header_is_that_of_tcpdump() {
    let style = Style {
        link: true,
        ..numeric()
    };
    assert_same(
        &print_all(PACKETS, &style),
        include_str!("recorded/packets-ne.txt"),
    );
    let style = Style {
        verbose: 1,
        ..style
    };
    assert_same(
        &print_all(PACKETS, &style),
        include_str!("recorded/packets-nev.txt"),
    );
}

#[test]
fn quiet_text_is_that_of_tcpdump() {
    let style = Style {
        quiet: true,
        no_default_dump: true,
        ..numeric()
    };
    assert_same(
        &print_all(PACKETS, &style),
        include_str!("recorded/packets-nq.txt"),
    );
}

#[test]
fn packets_cut_off_are_marked_where_tcpdump_marks_them() {
    assert_same(
        &print_all(CUT, &numeric()),
        include_str!("recorded/cut-n.txt"),
    );
    let style = Style {
        verbose: 1,
        ..numeric()
    };
    assert_same(&print_all(CUT, &style), include_str!("recorded/cut-nv.txt"));
}

#[test]
fn an_empty_packet_is_said_to_be_invalid() {
    let text = Printer::new(Style::default()).print(LinkType::Ethernet, &|_| String::new(), &[], 0);
    assert_eq!(text, "[Invalid header: caplen==0, len==0]");
}

/// The packets of the recording.
fn packets() -> Vec<Vec<u8>> {
    let mut reader = Reader::new(PACKETS).unwrap();
    std::iter::from_fn(|| reader.next_packet().unwrap())
        .map(|packet| packet.bytes)
        .collect()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4000))]

    #[test]
    fn damaged_packets_print_without_panic(
        which in proptest::sample::select(packets()),
        damage in proptest::collection::vec(
            (proptest::arbitrary::any::<proptest::sample::Index>(), proptest::arbitrary::any::<u8>()),
            0..6,
        ),
        cut in proptest::arbitrary::any::<proptest::sample::Index>(),
        missing in 0usize..100,
        flags in 0u8..16,
    ) {
        let mut packet = which;
        for (place, value) in damage {
            if !packet.is_empty() {
                let place = place.index(packet.len());
                packet[place] = value;
            }
        }
        packet.truncate(cut.index(packet.len() + 1));
        let style = Style {
            numeric: flags & 1 != 0,
            link: flags & 2 != 0,
            quiet: flags & 4 != 0,
            verbose: flags & 8,
            ..Style::default()
        };
        let mut printer = Printer::new(style);
        for link in [LinkType::Ethernet, LinkType::LinuxSll2, LinkType::Raw] {
            let text = printer.print(link, &|_| String::new(), &packet, packet.len() + missing);
            proptest::prop_assert!(!text.is_empty());
        }
    }
}
