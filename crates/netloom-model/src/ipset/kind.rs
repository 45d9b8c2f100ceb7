//! The kinds of sets (ipset(8), SET TYPES): how elements are kept, and what parts they have.

use core::fmt;
use serde::{Deserialize, Serialize};

/// How elements are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A bit for each that there can be.
    Bitmap,
    /// A hash.
    Hash,
    /// One behind the other.
    List,
}

/// What a part of an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// An address.
    Ip,
    /// A network.
    Net,
    /// A port of a protocol.
    Port,
    /// An Ethernet address.
    Mac,
    /// A device.
    Iface,
    /// A mark.
    Mark,
    /// Another set.
    Set,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $method:ident, [$($dim:ident),+], $revision:literal, $memory:literal + $each:literal;)*) => {
        /// A kind of set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[doc = concat!("`", $word, "`.")] #[serde(rename = $word)] $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// Its name: `hash:ip,port`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$name => $word,)* }
            }

            /// How it keeps its elements.
            #[must_use]
            pub const fn method(self) -> Method {
                match self { $(Kind::$name => Method::$method,)* }
            }

            /// The parts of its elements.
            #[must_use]
            pub const fn dimensions(self) -> &'static [Dimension] {
                match self { $(Kind::$name => &[$(Dimension::$dim),+],)* }
            }

            /// Its newest revision, of which it is made.
            #[must_use]
            pub const fn revision(self) -> u8 {
                match self { $(Kind::$name => $revision,)* }
            }

            /// How many bytes an empty one takes, and each element: about what Linux 6 tells.
            #[must_use]
            pub const fn memory(self) -> (u32, u32) {
                match self { $(Kind::$name => ($memory, $each),)* }
            }
        }
    };
}

kinds! {
    BitmapIp = "bitmap:ip", Bitmap, [Ip], 3, 120 + 0;
    BitmapIpMac = "bitmap:ip,mac", Bitmap, [Ip, Mac], 3, 2160 + 0;
    BitmapPort = "bitmap:port", Bitmap, [Port], 3, 200 + 0;
    HashIp = "hash:ip", Hash, [Ip], 6, 200 + 16;
    HashMac = "hash:mac", Hash, [Mac], 1, 200 + 16;
    HashIpMac = "hash:ip,mac", Hash, [Ip, Mac], 1, 200 + 32;
    HashNet = "hash:net", Hash, [Net], 7, 440 + 16;
    HashNetNet = "hash:net,net", Hash, [Net, Net], 4, 440 + 32;
    HashIpPort = "hash:ip,port", Hash, [Ip, Port], 7, 200 + 16;
    HashNetPort = "hash:net,port", Hash, [Net, Port], 8, 440 + 16;
    HashIpPortIp = "hash:ip,port,ip", Hash, [Ip, Port, Ip], 6, 200 + 32;
    HashIpPortNet = "hash:ip,port,net", Hash, [Ip, Port, Net], 8, 440 + 32;
    HashNetPortNet = "hash:net,port,net", Hash, [Net, Port, Net], 3, 440 + 32;
    HashIpMark = "hash:ip,mark", Hash, [Ip, Mark], 3, 200 + 16;
    HashNetIface = "hash:net,iface", Hash, [Net, Iface], 8, 440 + 32;
    ListSet = "list:set", List, [Set], 3, 80 + 48;
}

impl Kind {
    /// The kind called `name`; one may leave the method out where the rest says it (`iphash` of old is
    /// not known).
    #[must_use]
    pub fn by_name(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether one of its parts is `dimension`.
    #[must_use]
    pub fn has(self, dimension: Dimension) -> bool {
        self.dimensions().contains(&dimension)
    }

    /// Whether its elements are addresses of a family.
    #[must_use]
    pub fn has_family(self) -> bool {
        self.method() == Method::Hash && (self.has(Dimension::Ip) || self.has(Dimension::Net))
    }

    /// Whether a network of its elements can be all addresses.
    #[must_use]
    pub const fn takes_all(self) -> bool {
        matches!(
            self,
            Kind::HashNetNet | Kind::HashNetPortNet | Kind::HashNetIface
        )
    }

    /// Whether its addresses can be masked (`netmask`, `bitmask`; of bitmaps by the first alone).
    #[must_use]
    pub const fn takes_mask(self) -> bool {
        matches!(self, Kind::HashIp | Kind::HashIpPort | Kind::HashNetNet)
    }

    /// Whether elements can say no (`nomatch`).
    #[must_use]
    pub fn has_nomatch(self) -> bool {
        self.has(Dimension::Net)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
