//! Bridge protocol data units: IEEE 802.1D (spanning tree) and 802.1w (rapid spanning tree).
//!
//! Multiple spanning tree (802.1s) is recognised by its version only.

use crate::field::{array, put, put_u16, put_u32, require, u16};
use crate::{MacAddr, Malformed};

/// Protocol, version and type: all that a topology change notification has.
pub const HEADER_LEN: usize = 4;
/// A configuration BPDU.
pub const CONFIG_LEN: usize = 35;
/// A rapid spanning tree BPDU: one more byte, the version 1 length.
pub const RSTP_LEN: usize = 36;
/// The bridge group address, to which BPDUs are sent.
pub const GROUP: MacAddr = MacAddr([0x01, 0x80, 0xc2, 0, 0, 0]);
/// What one unit of a BPDU's times is, in nanoseconds: 1/256 s.
pub const TICK_NANOS: u64 = 1_000_000_000 / 256;
/// A topology change notification.
pub const NOTIFICATION: [u8; HEADER_LEN] = [0, 0, 0, BpduType::TCN.0];
/// Flag of a configuration: the topology changes, learned addresses are to be forgotten soon.
pub const TOPOLOGY_CHANGE: u8 = 0x01;
/// Flag of a configuration: the notification of a change was received.
pub const TOPOLOGY_CHANGE_ACK: u8 = 0x80;

/// The type of a BPDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BpduType(pub u8);

impl BpduType {
    /// Configuration.
    pub const CONFIG: Self = Self(0x00);
    /// Rapid (or multiple) spanning tree.
    pub const RST: Self = Self(0x02);
    /// Topology change notification.
    pub const TCN: Self = Self(0x80);
}

/// A bridge's priority and address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BridgeId {
    /// The priority; its low twelve bits are the system identifier extension.
    pub priority: u16,
    /// The bridge's address.
    pub mac: MacAddr,
}

/// A BPDU over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bpdu<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Bpdu<T> {
    /// Wraps bytes that hold a whole BPDU of their type.
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        let data = bytes.as_ref();
        require("BPDU", HEADER_LEN, data)?;
        let protocol = u16(data, 0);
        if protocol != 0 {
            return Err(Malformed::BadType(protocol));
        }
        match BpduType(data[3]) {
            BpduType::TCN => {}
            BpduType::CONFIG => require("configuration BPDU", CONFIG_LEN, data)?,
            BpduType::RST => require("rapid spanning tree BPDU", RSTP_LEN, data)?,
            BpduType(other) => return Err(Malformed::BadType(u16::from(other))),
        }
        Ok(Self(bytes))
    }

    /// The protocol version: 0 spanning tree, 2 rapid, 3 multiple.
    pub fn version(&self) -> u8 {
        self.0.as_ref()[2]
    }

    /// The type.
    pub fn bpdu_type(&self) -> BpduType {
        BpduType(self.0.as_ref()[3])
    }

    /// The configuration, unless this is a topology change notification.
    pub fn config(&self) -> Option<Config> {
        let data = self.0.as_ref();
        if data.len() < CONFIG_LEN || self.bpdu_type() == BpduType::TCN {
            return None;
        }
        Some(Config {
            flags: data[4],
            root: bridge_id(data, 5),
            root_path_cost: crate::field::u32(data, 13),
            bridge: bridge_id(data, 17),
            port: u16(data, 25),
            message_age: u16(data, 27),
            max_age: u16(data, 29),
            hello_time: u16(data, 31),
            forward_delay: u16(data, 33),
        })
    }
}

fn bridge_id(data: &[u8], at: usize) -> BridgeId {
    BridgeId {
        priority: u16(data, at),
        mac: MacAddr(array(data, at + 2)),
    }
}

/// What a configuration BPDU says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// Topology change and, in rapid spanning tree, proposal, role, learning, forwarding, agreement.
    pub flags: u8,
    /// The root bridge as the sender knows it.
    pub root: BridgeId,
    /// The cost of the sender's path to the root.
    pub root_path_cost: u32,
    /// The sender.
    pub bridge: BridgeId,
    /// The port it was sent from: priority and number.
    pub port: u16,
    /// Age of the information, in 1/256 s like all times here.
    pub message_age: u16,
    /// When to forget it.
    pub max_age: u16,
    /// How often the root speaks.
    pub hello_time: u16,
    /// How long a port listens and learns.
    pub forward_delay: u16,
}

impl Config {
    /// Writes it as a configuration BPDU into the first [`CONFIG_LEN`] bytes.
    pub fn emit(&self, data: &mut [u8]) {
        put(data, 0, [0, 0, 0, BpduType::CONFIG.0, self.flags]);
        put_bridge_id(data, 5, self.root);
        put_u32(data, 13, self.root_path_cost);
        put_bridge_id(data, 17, self.bridge);
        put_u16(data, 25, self.port);
        put_u16(data, 27, self.message_age);
        put_u16(data, 29, self.max_age);
        put_u16(data, 31, self.hello_time);
        put_u16(data, 33, self.forward_delay);
    }
}

fn put_bridge_id(data: &mut [u8], at: usize, id: BridgeId) {
    put_u16(data, at, id.priority);
    put(data, at + 2, id.mac.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topology_change_notification_is_four_bytes_without_configuration() {
        let bpdu = Bpdu::new_checked([0, 0, 0, 0x80]).unwrap();
        assert_eq!((bpdu.bpdu_type(), bpdu.config()), (BpduType::TCN, None));
    }

    #[test]
    fn a_configuration_is_read_as_it_was_written() {
        let id = |priority, last| BridgeId {
            priority,
            mac: MacAddr([2, 0, 0, 0, 0, last]),
        };
        let config = Config {
            flags: TOPOLOGY_CHANGE | TOPOLOGY_CHANGE_ACK,
            root: id(0x1000, 1),
            root_path_cost: 70_000,
            bridge: id(0x8000, 2),
            port: 0x8003,
            message_age: 1,
            max_age: 20 << 8,
            hello_time: 2 << 8,
            forward_delay: 15 << 8,
        };
        let mut bytes = [0xff; CONFIG_LEN];
        config.emit(&mut bytes);
        let bpdu = Bpdu::new_checked(bytes).unwrap();
        assert_eq!((bpdu.version(), bpdu.config()), (0, Some(config)));
    }

    #[test]
    fn a_configuration_cut_short_is_malformed() {
        assert!(Bpdu::new_checked([0u8; 34]).is_err());
        let mut bytes = [0u8; 35];
        bytes[5] = 0x80;
        bytes[25] = 0x80;
        bytes[26] = 0x01;
        let config = Bpdu::new_checked(bytes).unwrap().config().unwrap();
        assert_eq!((config.root.priority, config.port), (0x8000, 0x8001));
    }
}
