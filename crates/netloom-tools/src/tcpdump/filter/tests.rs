//! Tests of filter expressions.
//!
//! `recorded.txt` holds expressions with the numbers of the packets of `print/recorded/packets.pcap`
//! that tcpdump 4.99.3 let through.

use super::*;
use crate::capture_file::Reader;

const PACKETS: &[u8] = include_bytes!("../print/recorded/packets.pcap");
const RECORDED: &str = include_str!("recorded.txt");

fn matching(expression: &str) -> Vec<usize> {
    let filter = Filter::parse(expression).unwrap_or_else(|e| panic!("{expression}: {e}"));
    let mut reader = Reader::new(PACKETS).unwrap();
    let mut numbers = Vec::new();
    let mut number = 0;
    while let Some(packet) = reader.next_packet().unwrap() {
        number += 1;
        let length = packet.original_len as usize;
        if filter.matches(LinkType::Ethernet, &packet.bytes, length) {
            numbers.push(number);
        }
    }
    numbers
}

#[test]
fn every_expression_lets_through_what_tcpdump_lets_through() {
    let mut different = String::new();
    for line in RECORDED.lines() {
        let (expression, numbers) = line.split_once('\t').unwrap();
        let theirs: Vec<usize> = numbers
            .split_whitespace()
            .map(|n| n.parse().unwrap())
            .collect();
        let ours = matching(expression);
        if ours != theirs {
            different += &format!("{expression}\n  tcpdump: {theirs:?}\n  netloom: {ours:?}\n");
        }
    }
    assert!(different.is_empty(), "{different}");
    assert!(RECORDED.lines().count() > 50);
}

#[test]
fn errors_are_those_of_libpcap() {
    let error = |expression: &str| Filter::parse(expression).unwrap_err().to_string();
    for wrong in [
        "foo bar baz",
        "host 1.2.3.4 and",
        "tcp[foo] = 3",
        "host 1.2.3.4)",
        "(ip",
        "and",
    ] {
        assert_eq!(
            error(wrong),
            "can't parse filter expression: syntax error",
            "{wrong}"
        );
    }
    assert_eq!(error("port xyz"), "unknown port 'xyz'");
    assert_eq!(error("host 1.2.3.4.5"), "unknown host '1.2.3.4.5'");
    assert_eq!(
        error("net 1.2.3.4/24"),
        "non-network bits set in \"1.2.3.4/24\""
    );
    assert_eq!(error("ether host 1.2.3.4"), "illegal link layer address");
    assert_eq!(
        error("ip6 host 1.2.3.4"),
        "'ip6' modifier applied to ip host"
    );
    assert_eq!(error("ip proto foo"), "unknown ip proto 'foo'");
    assert_eq!(error("ether proto foo"), "unknown ether proto 'foo'");
    assert_eq!(error("tcp port 99999"), "illegal port number 99999 > 65535");
    assert_eq!(error("udp[0:3] = 1"), "data size must be 1, 2, or 4");
    assert_eq!(
        error("gateway x"),
        "'gateway' is not supported in filter expressions"
    );
}

#[test]
fn an_accessor_beyond_the_packet_refuses_it_even_under_not() {
    let filter = Filter::parse("not ether[100] = 1").unwrap();
    assert!(!filter.matches(LinkType::Ethernet, &[0; 60], 60));
    let filter = Filter::parse("not ether[10] = 1").unwrap();
    assert!(filter.matches(LinkType::Ethernet, &[0; 60], 60));
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let deep = format!("{}ip{}", "(".repeat(5000), ")".repeat(5000));
    assert!(Filter::parse(&deep).is_err());
    assert!(Filter::parse(&format!("{} 1 = 1", "-".repeat(5000))).is_err());
}

proptest::proptest! {
    #[test]
    fn no_text_and_no_frame_makes_it_panic(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "ip", "tcp", "port", "80", "host", "10.0.0.1", "and", "or", "not", "(", ")", "[", "]",
            "vlan", "net", "/", "24", "=", "ether", "src", "dst", ":", "0", "&", "len", "-", "proto",
            "\\", "less", "ip6", "::1", "portrange", "1-2", "<<", "%", "mask", "é", "icmptype",
        ]), 0..8),
        frame in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..80),
    ) {
        if let Ok(filter) = Filter::parse(&words.join(" ")) {
            for link in [LinkType::Ethernet, LinkType::LinuxSll2, LinkType::Raw] {
                filter.matches(link, &frame, frame.len());
            }
        }
    }
}
