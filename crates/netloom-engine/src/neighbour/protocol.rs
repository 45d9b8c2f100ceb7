//! What the two protocols of neighbours, ARP and NDP, do each in its own way; the table and the state
//! machine are the same for both.

use super::Neighbours;
use crate::device::{DevId, Device};
use crate::ip::version::IpVersion;
use crate::namespace::{Namespace, NsId};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::NeighbourConf;
use crate::timer::Timer;
use core::fmt::Debug;
use netloom_model::MacAddr;
use netloom_model::journey::Stage;

/// A version of IP whose neighbours are resolved.
pub(crate) trait Protocol: IpVersion {
    /// A request that is answered for another, and may be held back.
    type Request: Copy + Debug;

    /// Where requests are read.
    const RECEIVE: Stage;

    /// The neighbours of a namespace.
    fn table(ns: &Namespace) -> &Neighbours<Self>;

    /// The neighbours of a namespace, to be changed.
    fn table_mut(ns: &mut Namespace) -> &mut Neighbours<Self>;

    /// A device's settings.
    fn conf(device: &Device) -> &NeighbourConf;

    /// The settings of devices to come.
    fn default_conf(ns: &Namespace) -> &NeighbourConf;

    /// From how many entries on old ones are collected, and how many there may be.
    fn limits(ns: &Namespace) -> (usize, usize);

    /// The hardware address of a neighbour that needs not be asked for, by what it is.
    fn constructed(net: &Net, dev: DevId, addr: Self::Addr) -> Option<MacAddr>;

    /// The timer of an entry.
    fn timer(ns: NsId, entry: u32, stamp: u32) -> Timer;

    /// This host begins or ends to answer for `addr` on a device.
    fn proxied(net: &mut Net, dev: DevId, addr: Self::Addr, on: bool);

    /// The timer of the answers that are held back.
    fn proxy_timer(ns: NsId) -> Timer;

    /// The source of a packet that waits, its front the IP header.
    fn source_of(packet: &Packet) -> Option<Self::Addr>;

    /// Asks for `target`: everybody concerned, or the one at `known` alone; with `source` if that
    /// may be told.
    fn solicit<O: Observer>(
        cx: &mut Cx<'_, O>,
        dev: DevId,
        target: Self::Addr,
        source: Option<Self::Addr>,
        known: Option<MacAddr>,
        cause: Option<u32>,
    );

    /// Nobody answered: what becomes of a packet that waited.
    fn unreachable<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet);

    /// Answers a request for another.
    fn answer<O: Observer>(
        cx: &mut Cx<'_, O>,
        dev: DevId,
        request: &Self::Request,
        cause: Option<u32>,
    );
}
