//! TUN and TAP devices, whose other end is a program (the kernel's documentation of tuntap,
//! `/dev/net/tun`).

use serde::{Deserialize, Serialize};

/// What the device carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TunMode {
    /// IP packets, without a link layer header (`IFF_TUN`).
    Tun,
    /// Ethernet frames (`IFF_TAP`).
    Tap,
}

impl TunMode {
    /// The word of `ip tuntap`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TunMode::Tun => "tun",
            TunMode::Tap => "tap",
        }
    }
}

/// How a TUN or TAP is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the device's own"
)]
pub struct Tun {
    /// What it carries.
    pub mode: TunMode,
    /// Four bytes, flags and EtherType, stand before each packet (no `IFF_NO_PI`).
    pub packet_info: bool,
    /// Ten bytes about checksums and segments stand before each packet (`IFF_VNET_HDR`).
    pub vnet_header: bool,
    /// Several programs may hold it at once (`IFF_MULTI_QUEUE`).
    pub multi_queue: bool,
    /// Kept, and without effect (`IFF_ONE_QUEUE`).
    pub one_queue: bool,
    /// It stays when no program holds it (`TUNSETPERSIST`).
    pub persist: bool,
    /// The user who may hold it.
    pub user: Option<u32>,
    /// The group whose members may hold it.
    pub group: Option<u32>,
    /// Whether a program holds it: that is its carrier. In a new link: whoever made it, by the
    /// engine's `inject` and `take`.
    pub attached: bool,
}

impl Tun {
    /// A device that nobody holds and that stays (`ip tuntap add`).
    #[must_use]
    pub const fn persistent(mode: TunMode) -> Tun {
        Tun {
            mode,
            packet_info: false,
            vnet_header: false,
            multi_queue: false,
            one_queue: false,
            persist: true,
            user: None,
            group: None,
            attached: false,
        }
    }

    /// A device that whoever makes it holds, and that goes with its holder.
    #[must_use]
    pub const fn held(mode: TunMode) -> Tun {
        Tun {
            persist: false,
            attached: true,
            ..Tun::persistent(mode)
        }
    }

    /// Bytes that stand before each packet at the program's end.
    #[must_use]
    pub const fn before(&self) -> usize {
        (if self.packet_info { 4 } else { 0 }) + (if self.vnet_header { 10 } else { 0 })
    }
}
