//! `physdev`: the ports of a bridge that a packet crosses (iptables-extensions(8), `physdev_mt`).

use crate::device::DevId;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::xt::{Not, Physdev};

/// Whether a packet crosses the ports that are asked for.
pub(super) fn matches(asked: &Physdev, net: &Net, packet: &Packet) -> bool {
    let name = |dev: DevId| dev.some().map(|dev| net.dev(dev).name.as_str());
    let (input, output) = (name(packet.port_in), name(packet.port_out));
    // Where no bridge knows of it, it is asked the other way round or not at all.
    if input.is_none() {
        let inverted = |asked: Option<Not<()>>| asked.is_none_or(|asked| asked.not);
        let other = |asked: &Option<Not<String>>| asked.as_ref().is_none_or(|asked| asked.not);
        return inverted(asked.is_bridged)
            && inverted(asked.is_in)
            && inverted(asked.is_out)
            && other(&asked.input)
            && other(&asked.output);
    }
    let there =
        |asked: Option<Not<()>>, found: bool| asked.is_none_or(|asked| asked.matches(found));
    let called = |asked: &Option<Not<String>>, found: Option<&str>| {
        asked
            .as_ref()
            .is_none_or(|asked| found.is_some_and(|found| asked.matches(fits(&asked.is, found))))
    };
    there(asked.is_bridged, output.is_some())
        && there(asked.is_in, input.is_some())
        && there(asked.is_out, output.is_some())
        && called(&asked.input, input)
        && called(&asked.output, output)
}

/// Whether a device is called so; `+` at the end stands for anything.
fn fits(asked: &str, name: &str) -> bool {
    match asked.strip_suffix('+') {
        Some(begin) => name.starts_with(begin),
        None => name == asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_at_the_end_stands_for_anything() {
        assert!(fits("eth+", "eth0") && fits("eth0", "eth0"));
        assert!(!fits("eth+", "veth0") && !fits("eth", "eth0"));
    }
}
