//! Address resolution (RFC 826), reverse (RFC 903) and inverse (RFC 2390).

use netloom_wire::arp::Operation;

use super::{Fields, Printed, Text, Truncated, put};

const ETHERNET: u16 = 1;
const IPV4: u16 = 0x0800;

struct Arp<'a> {
    fields: Fields<'a>,
    protocol: u16,
    hardware_len: usize,
    protocol_len: usize,
}

impl Arp<'_> {
    /// A hardware address of any length.
    fn mac(&self, at: usize) -> Result<String, Truncated> {
        let bytes = self.fields.bytes(at, self.hardware_len)?;
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(digits.join(":"))
    }

    fn ip(&self, text: &Text<'_>, at: usize) -> Result<String, Truncated> {
        Ok(match (self.protocol, self.protocol_len) {
            (IPV4, 4) => text.style.host(self.fields.ipv4(at)?.into()),
            (IPV4, _) => String::from("<wrong len>"),
            _ => String::from("<wrong proto type>"),
        })
    }
}

pub(super) fn print(text: &mut Text<'_>, data: &[u8], length: usize) -> Printed {
    let fields = Fields::new("arp", data);
    let hardware = fields.u16(0)?;
    let arp = Arp {
        fields,
        protocol: fields.u16(2)?,
        hardware_len: usize::from(fields.u8(4)?),
        protocol_len: usize::from(fields.u8(5)?),
    };
    let operation = Operation(fields.u16(6)?);
    let sender_ip = 8 + arp.hardware_len;
    let target_mac = sender_ip + arp.protocol_len;
    let target_ip = target_mac + arp.hardware_len;
    fields.bytes(0, target_ip + arp.protocol_len)?;

    if !text.style.link {
        put!(text, "ARP, ");
    }
    let usual = arp.protocol == IPV4 && arp.protocol_len == 4 && arp.hardware_len > 0;
    if !usual || text.style.verbose > 0 {
        formats(text, &arp, hardware);
    }
    // Addresses of an unknown protocol or length say nothing.
    if (arp.protocol != IPV4 || arp.protocol_len != 4) && text.style.verbose == 0 {
        put!(text, "length {length}");
        return Ok(());
    }
    match operation {
        Operation::REQUEST => {
            put!(text, "Request who-has {}", arp.ip(text, target_ip)?);
            let asked = fields.bytes(target_mac, arp.hardware_len)?;
            if asked.iter().any(|&byte| byte != 0) {
                put!(text, " ({})", arp.mac(target_mac)?);
            }
            put!(text, " tell {}", arp.ip(text, sender_ip)?);
        }
        Operation::REPLY => {
            put!(
                text,
                "Reply {} is-at {}",
                arp.ip(text, sender_ip)?,
                arp.mac(8)?
            );
        }
        Operation::REVERSE_REQUEST => {
            put!(
                text,
                "Reverse Request who-is {} tell {}",
                arp.mac(target_mac)?,
                arp.mac(8)?
            );
        }
        Operation::REVERSE_REPLY => {
            let address = arp.ip(text, target_ip)?;
            put!(text, "Reverse Reply {} at {address}", arp.mac(target_mac)?);
        }
        Operation(8) => {
            put!(
                text,
                "Inverse Request who-is {} tell {}",
                arp.mac(target_mac)?,
                arp.mac(8)?
            );
        }
        Operation(9) => {
            put!(
                text,
                "Inverse Reply {} at {}",
                arp.mac(8)?,
                arp.ip(text, sender_ip)?
            );
        }
        Operation(other) => {
            put!(text, "Unknown ({other}) ");
            text.dump(data);
            return Ok(());
        }
    }
    put!(text, ", length {length}");
    Ok(())
}

fn formats(text: &mut Text<'_>, arp: &Arp<'_>, hardware: u16) {
    match hardware {
        ETHERNET => put!(text, "Ethernet"),
        6 => put!(text, "TokenRing"),
        7 => put!(text, "ArcNet"),
        15 => put!(text, "FrameRelay"),
        23 => put!(text, "Strip"),
        24 => put!(text, "IEEE 1394"),
        _ => put!(text, "Unknown Hardware ({hardware})"),
    }
    put!(text, " (len {}), ", arp.hardware_len);
    match arp.protocol {
        IPV4 => put!(text, "IPv4"),
        other => put!(text, "Unknown Protocol (0x{other:04x})"),
    }
    put!(text, " (len {}), ", arp.protocol_len);
}
