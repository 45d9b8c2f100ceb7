//! UDP headers. What the ports stand for is not looked into.

use netloom_wire::{IpProtocol, udp};

use super::ip::Envelope;
use super::names::Transport;
use super::{Fields, Printed, Text, put};

pub(super) fn print(
    text: &mut Text<'_>,
    envelope: &Envelope,
    data: &[u8],
    mut length: usize,
) -> Printed {
    let fields = Fields::new("udp", data);
    let (src, dst) = (text.style.host(envelope.src), text.style.host(envelope.dst));
    let ports = (fields.u16(0), fields.u16(2));
    let (Ok(src_port), Ok(dst_port)) = ports else {
        if envelope.show_addresses {
            put!(text, "{src} > {dst}: ");
        }
        return Err(fields.truncated());
    };
    let src_port = text.style.port(Transport::Udp, src_port);
    let dst_port = text.style.port(Transport::Udp, dst_port);
    if envelope.show_addresses {
        put!(text, "{src}.{src_port} > {dst}.{dst_port}: ");
    } else {
        put!(text, "{src_port} > {dst_port}: ");
    }
    if length < udp::HEADER_LEN {
        put!(text, "truncated-udp {length}");
        return Ok(());
    }
    let announced = usize::from(fields.u16(4)?);
    if announced < udp::HEADER_LEN {
        put!(text, "truncated-udplength {announced}");
        return Ok(());
    }
    let announced = announced - udp::HEADER_LEN;
    length = (length - udp::HEADER_LEN).min(announced);
    let found = fields.u16(6)?;
    // Over IPv6 the checksum is looked at with one -v already.
    let enough = if envelope.src.is_ipv6() { 1 } else { 2 };
    if text.style.verbose >= enough && !envelope.fragment {
        if found == 0 {
            put!(text, "[no cksum] ");
        } else if let Some(whole) = data.get(..udp::HEADER_LEN + length) {
            match envelope.wrong_checksum(IpProtocol::UDP, whole, found) {
                None => put!(text, "[udp sum ok] "),
                Some(right) => put!(text, "[bad udp cksum 0x{found:04x} -> 0x{right:04x}!] "),
            }
        }
    }
    if announced > length && !envelope.fragment {
        put!(text, "UDP, bad length {announced} > {length}");
    } else {
        put!(text, "UDP, length {announced}");
    }
    Ok(())
}
