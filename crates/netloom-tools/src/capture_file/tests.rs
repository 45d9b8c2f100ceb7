//! Tests of capture files.

use super::*;

fn packets() -> Vec<Packet> {
    (0..5u8)
        .map(|n| Packet {
            at: 1_700_000_000_000_001_000 + u64::from(n) * 1_000_000,
            original_len: 100 + u32::from(n),
            bytes: vec![n; usize::from(n) * 7],
            interface: 0,
            comment: None,
        })
        .collect()
}

fn ethernet() -> Interface {
    Interface {
        link_type: 1,
        snapshot_len: 96,
        name: None,
    }
}

fn write(format: Format, interfaces: &[Interface], packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = Writer::new(format, &mut file, interfaces).unwrap();
    for packet in packets {
        writer.write(packet).unwrap();
    }
    writer.flush().unwrap();
    file
}

fn read(file: &[u8]) -> Result<(Vec<Interface>, Vec<Packet>), Error> {
    let mut reader = Reader::new(file)?;
    let mut packets = Vec::new();
    while let Some(packet) = reader.next_packet()? {
        packets.push(packet);
    }
    Ok((reader.interfaces().to_vec(), packets))
}

#[test]
fn a_pcap_file_reads_back_as_it_was_written() {
    let file = write(Format::Pcap, &[ethernet()], &packets());
    assert_eq!(read(&file).unwrap(), (vec![ethernet()], packets()));
}

#[test]
fn a_pcapng_file_keeps_names_interfaces_and_comments() {
    let named = Interface {
        name: Some(String::from("veth0")),
        ..ethernet()
    };
    let mut packets = packets();
    packets[1].comment = Some(String::from("dropped: no route"));
    packets[2].interface = 1;
    packets[3].at += 123;
    let interfaces = [named, ethernet()];
    let file = write(Format::Pcapng, &interfaces, &packets);
    assert_eq!(read(&file).unwrap(), (interfaces.to_vec(), packets));
}

#[test]
fn pcap_of_the_other_byte_order_and_in_nanoseconds_is_read() {
    let mut file = Vec::new();
    file.extend(0xa1b2_3c4d_u32.to_be_bytes());
    file.extend([0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
    for word in [96u32, 1, 7, 9, 3, 60] {
        file.extend(word.to_be_bytes());
    }
    file.extend([1, 2, 3]);
    let packet = Packet {
        at: 7_000_000_009,
        original_len: 60,
        bytes: vec![1, 2, 3],
        ..Packet::default()
    };
    assert_eq!(read(&file).unwrap(), (vec![ethernet()], vec![packet]));
}

#[test]
fn a_file_cut_anywhere_is_an_error_or_ends_between_packets() {
    for format in [Format::Pcap, Format::Pcapng] {
        let file = write(format, &[ethernet()], &packets());
        for length in 0..file.len() {
            match read(&file[..length]) {
                Ok((_, some)) => assert!(some.len() < 5 && some == packets()[..some.len()]),
                Err(error) => assert!(matches!(error, Error::Truncated), "{error}"),
            }
        }
    }
}

#[test]
fn damaged_bytes_never_panic_nor_allocate_without_end() {
    for format in [Format::Pcap, Format::Pcapng] {
        let file = write(format, &[ethernet()], &packets());
        for place in 0..file.len() {
            for value in [0x00, 0x7f, 0xff] {
                let mut damaged = file.clone();
                damaged[place] = value;
                let _ = read(&damaged);
            }
        }
    }
}

#[test]
fn what_is_no_capture_file_is_said_so() {
    let error = read(b"root:x:0:0:root:/root:/bin/bash\n").unwrap_err();
    assert_eq!(error.to_string(), "unknown file format");
}

#[test]
fn the_name_of_a_file_tells_its_format() {
    assert_eq!(Format::of_name("a.pcapng"), Format::Pcapng);
    assert_eq!(Format::of_name("a.pcap"), Format::Pcap);
    assert_eq!(Format::of_name("-"), Format::Pcap);
}
