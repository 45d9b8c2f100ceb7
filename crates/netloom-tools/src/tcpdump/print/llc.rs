//! 802.2 LLC and the spanning tree protocol in it. Other service access points are shown as what
//! they are, without their payload.

use netloom_wire::{EtherType, MacAddr, ethernet, llc};

use super::{Fields, Printed, Text, ethernet as ether, flag_names, put};

pub(super) fn print(
    text: &mut Text<'_>,
    header: &ethernet::Header,
    data: &[u8],
    length: usize,
) -> Printed {
    let Ok(packet) = llc::Packet::new_checked(data) else {
        put!(text, " [|llc]");
        text.dump(data);
        return Ok(());
    };
    if text.style.link {
        sap_header(text, &packet, data);
    }
    if packet.dsap() == llc::SAP_STP && packet.ssap() == llc::SAP_STP && packet.is_unnumbered() {
        return stp(
            text,
            packet.payload(),
            length.saturating_sub(llc::HEADER_LEN),
        );
    }
    let is_snap = packet.dsap() == llc::SAP_SNAP && packet.ssap() == llc::SAP_SNAP;
    if is_snap && packet.control() == llc::CONTROL_UI {
        let Some((organisation, ethertype)) = packet.snap() else {
            return Err(Fields::new("snap", data).truncated());
        };
        return snap(
            text,
            (header, data),
            organisation,
            ethertype,
            &packet,
            length.saturating_sub(8),
        );
    }
    if !text.style.link {
        let named = |sap, end: &str| {
            let unknown = || format!("Unknown {end} 0x{sap:02x}");
            sap_name(sap).map_or_else(unknown, String::from)
        };
        let (dsap, ssap) = (packet.dsap() & !1, packet.ssap() & !1);
        let to = named(dsap, "DSAP");
        if dsap == ssap {
            put!(text, "{} > {} {to} ", header.src, header.dst);
        } else {
            put!(
                text,
                "{} {} > {} {to} ",
                header.src,
                named(ssap, "SSAP"),
                header.dst
            );
        }
    }
    kind(text, &packet, data, length);
    if !text.style.no_default_dump {
        text.dump(data);
    }
    Ok(())
}

fn sap_name(sap: u8) -> Option<&'static str> {
    Some(match sap & !1 {
        0x00 => "Null",
        0x02 => "Global",
        0x04 => "SNA",
        0x06 => "IP",
        0x42 => "STP",
        0xaa => "SNAP",
        0xe0 => "IPX",
        0xf0 => "NetBeui",
        0xfe => "OSI",
        _ => return None,
    })
}

fn sap_header(text: &mut Text<'_>, packet: &llc::Packet<&[u8]>, data: &[u8]) {
    let name = |sap| sap_name(sap).unwrap_or("Unknown");
    let (dsap, ssap) = (packet.dsap(), packet.ssap());
    let group = if dsap & 1 == 0 { "Individual" } else { "Group" };
    let role = if ssap & 1 == 0 { "Command" } else { "Response" };
    put!(
        text,
        "LLC, dsap {} (0x{:02x}) {group}, ",
        name(dsap),
        dsap & !1
    );
    put!(
        text,
        "ssap {} (0x{:02x}) {role}, ctrl 0x",
        name(ssap),
        ssap & !1
    );
    if packet.is_unnumbered() {
        put!(text, "{:02x}: ", packet.control());
    } else {
        let high = data.get(3).copied().unwrap_or(0);
        put!(
            text,
            "{:04x}: ",
            u16::from_be_bytes([high, packet.control()])
        );
    }
}

fn snap(
    text: &mut Text<'_>,
    (header, data): (&ethernet::Header, &[u8]),
    organisation: [u8; 3],
    ethertype: EtherType,
    packet: &llc::Packet<&[u8]>,
    length: usize,
) -> Printed {
    let [a, b, c] = organisation;
    let encapsulated = organisation == [0; 3];
    if text.style.link {
        let name = if encapsulated { "Ethernet" } else { "Unknown" };
        put!(text, "oui {name} (0x{a:02x}{b:02x}{c:02x}), ");
        if encapsulated {
            ether::type_name(text, ethertype);
        } else {
            put!(text, "pid Unknown ({ethertype})");
        }
        put!(text, ", length {length}: ");
    }
    if encapsulated && let Some(printed) = ether::payload(text, ethertype, packet.payload(), length)
    {
        return printed;
    }
    if !text.style.link {
        put!(text, "{} > {} SNAP, ", header.src, header.dst);
        put!(text, "oui Unknown (0x{a:02x}{b:02x}{c:02x}), ");
        put!(text, "pid Unknown ({ethertype}), length {length}: ");
    }
    if !text.style.no_default_dump {
        text.dump(data);
    }
    Ok(())
}

fn kind(text: &mut Text<'_>, packet: &llc::Packet<&[u8]>, data: &[u8], length: usize) {
    const POLL: u8 = 0x10;
    let response = packet.ssap() & 1 != 0;
    let control = packet.control();
    let second = data.get(3).copied().unwrap_or(0);
    let poll = if packet.is_unnumbered() {
        control & POLL != 0
    } else {
        second & 1 != 0
    };
    if packet.is_unnumbered() {
        let name = match control & !POLL {
            0x03 => "ui",
            0x43 => "disc",
            0x0f => "dm",
            0x63 => "ua",
            0x6f => "sabme",
            0xe3 => "test",
            0xaf => "xid",
            0x87 => "frmr",
            _ => "Unknown",
        };
        put!(text, "Unnumbered, {name}, Flags [");
    } else if control & 1 == 0 {
        put!(
            text,
            "Information, send seq {}, rcv seq {}, Flags [",
            control >> 1,
            second >> 1
        );
    } else {
        let name = ["Receiver Ready", "Receiver not Ready", "Reject", "Unknown"]
            [usize::from((control >> 2) & 3)];
        put!(
            text,
            "Supervisory, {name}, rcv seq {}, Flags [",
            second >> 1
        );
    }
    let flags = match (response, poll) {
        (false, false) => "Command",
        (true, false) => "Response",
        (false, true) => "Poll",
        (true, true) => "Final",
    };
    put!(text, "{flags}], length {length}");
}

const STP_FLAGS: [(u32, &str); 6] = [
    (0x01, "Topology change"),
    (0x02, "Proposal"),
    (0x10, "Learn"),
    (0x20, "Forward"),
    (0x40, "Agreement"),
    (0x80, "Topology change ACK"),
];

/// A BPDU; the 8-byte steps of checking are tcpdump's own.
fn stp(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    let fields = Fields::new("stp", data);
    if length < 4 {
        return Err(fields.truncated());
    }
    let protocol = fields.u16(0)?;
    let (version, kind) = (fields.u8(2)?, fields.u8(3)?);
    if protocol != 0 {
        put!(text, "unknown STP version, length {length}");
        return Ok(());
    }
    match version {
        0 => put!(text, "STP 802.1d"),
        2 => put!(text, "STP 802.1w"),
        3 => put!(text, "STP 802.1s"),
        4 => put!(text, "STP 802.1aq"),
        other => {
            put!(text, "STP Unknown STP protocol (0x{other:02x})");
            return Ok(());
        }
    }
    match kind {
        0x00 => put!(text, ", Config"),
        0x02 => put!(text, ", Rapid STP"),
        0x80 => put!(text, ", Topology Change"),
        other => put!(text, ", Unknown BPDU Type (0x{other:02x})"),
    }
    if !matches!(kind, 0x00 | 0x02) {
        return Ok(());
    }
    if length < if kind == 0 { 35 } else { 36 } {
        put!(text, " (invalid)");
        return Ok(());
    }
    config(text, fields, kind == 0x02, length)
}

fn config(text: &mut Text<'_>, fields: Fields<'_>, rapid: bool, length: usize) -> Printed {
    let flags = fields.u8(4)?;
    put!(
        text,
        ", Flags [{}]",
        flag_names(u32::from(flags), &STP_FLAGS, ", ")
    );
    let (priority, mac, port) = (fields.u16(17)?, fields.mac(19)?, fields.u16(25)?);
    put!(
        text,
        ", bridge-id {priority:04x}.{mac}.{port:04x}, length {length}"
    );
    if text.style.verbose == 0 {
        return Ok(());
    }
    // Times count 1/256 s.
    let time = |at| fields.u16(at).map(|time| f64::from(time) / 256.0);
    let (age, max_age, hello, delay) = (time(27)?, time(29)?, time(31)?, time(33)?);
    put!(text, "\n\tmessage-age {age:.2}s, max-age {max_age:.2}s");
    put!(
        text,
        ", hello-time {hello:.2}s, forwarding-delay {delay:.2}s"
    );
    let root = (fields.u16(5)?, MacAddr(fields.array(7)?));
    put!(
        text,
        "\n\troot-id {:04x}.{}, root-pathcost {}",
        root.0,
        root.1,
        fields.u32(13)?
    );
    if rapid {
        let role = ["Unknown", "Alternate", "Root", "Designated"][usize::from((flags >> 2) & 3)];
        put!(text, ", port-role {role}");
    }
    Ok(())
}
