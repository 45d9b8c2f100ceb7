//! Who watches the pipeline.
//!
//! The pipeline is generic over its observer: with [`Unobserved`] it compiles to plain forwarding,
//! with a journey's observer every decision is written down, and that of the flow cache writes down
//! what is done, to have it done again. There is no second implementation of
//! any rule for explaining.

use crate::device::DevId;
use crate::flow::Recording;
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::journey::{Event, Origin, Stage};

/// Sees every step of every packet.
pub(crate) trait Observer {
    /// Whether anything is seen at all; where not, events are not even made.
    const ON: bool;

    /// A packet took a step in namespace `ns`, at device `dev` if at one.
    fn step(&mut self, net: &Net, packet: &Packet, at: (NsId, DevId), stage: Stage, event: Event);

    /// A packet came into being. `parent` is the one that it was copied from or caused by.
    fn born(&mut self, net: &Net, packet: &mut Packet, parent: Option<u32>, origin: Origin);

    /// Where is written down what is done with a packet, if that is to be done again with others.
    #[inline(always)]
    fn recording(&mut self) -> Option<&mut Recording> {
        None
    }
}

/// Nobody watches.
pub(crate) struct Unobserved;

impl Observer for Unobserved {
    const ON: bool = false;

    fn step(&mut self, _: &Net, _: &Packet, _: (NsId, DevId), _: Stage, _: Event) {}

    fn born(&mut self, _: &Net, _: &mut Packet, _: Option<u32>, _: Origin) {}
}
