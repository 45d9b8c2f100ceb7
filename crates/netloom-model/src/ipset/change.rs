//! Changes of sets, and why Linux refuses them.

use super::{Entry, IpSet};
use serde::{Deserialize, Serialize};

/// One request about sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IpSetChange {
    /// Makes a set, without its entries.
    Create {
        /// The set.
        set: Box<IpSet>,
        /// One of the same kind and options may be there.
        exist: bool,
    },
    /// Takes a set away, or all.
    Destroy(Option<String>),
    /// Takes the elements out of a set, or out of all.
    Flush(Option<String>),
    /// Gives a set another name.
    Rename(String, String),
    /// Exchanges the contents of two sets.
    Swap(String, String),
    /// Puts an element into a set.
    Add {
        /// The set's name.
        set: String,
        /// The element.
        entry: Box<Entry>,
        /// It may be there: then its options are what is said now.
        exist: bool,
    },
    /// Takes an element out of a set.
    Del {
        /// The set's name.
        set: String,
        /// The element.
        entry: Box<Entry>,
        /// It need not be there.
        exist: bool,
    },
    /// Asks whether an element is in a set, and changes nothing: refused with [`refusal::EXIST`]
    /// where it is not.
    Test {
        /// The set's name.
        set: String,
        /// The element.
        entry: Box<Entry>,
    },
}

/// Why a request about sets is refused, beyond what errno(3) has (`IPSET_ERR_*`).
#[allow(
    missing_docs,
    reason = "the kernel's names; the command has their texts"
)]
pub mod refusal {
    use crate::Errno;

    pub const BUSY: Errno = Errno(4100);
    pub const EXIST_SETNAME2: Errno = Errno(4101);
    pub const TYPE_MISMATCH: Errno = Errno(4102);
    pub const EXIST: Errno = Errno(4103);
    pub const INVALID_CIDR: Errno = Errno(4104);
    pub const INVALID_NETMASK: Errno = Errno(4105);
    pub const INVALID_FAMILY: Errno = Errno(4106);
    pub const TIMEOUT: Errno = Errno(4107);
    pub const REFERENCED: Errno = Errno(4108);
    pub const IPADDR_IPV4: Errno = Errno(4109);
    pub const IPADDR_IPV6: Errno = Errno(4110);
    pub const COUNTER: Errno = Errno(4111);
    pub const COMMENT: Errno = Errno(4112);
    pub const SKBINFO: Errno = Errno(4114);
    pub const BITMAP_RANGE: Errno = Errno(4352);
    pub const BITMAP_SIZE: Errno = Errno(4353);
    pub const HASH_FULL: Errno = Errno(4352);
    pub const HASH_ELEM: Errno = Errno(4353);
    pub const HASH_PROTOCOL: Errno = Errno(4354);
    pub const HASH_RANGE: Errno = Errno(4357);
    pub const LIST_NAME: Errno = Errno(4352);
    pub const LIST_LOOP: Errno = Errno(4353);
    pub const LIST_NAMEREF: Errno = Errno(4355);
    pub const LIST_FULL: Errno = Errno(4356);
    pub const LIST_REF_EXIST: Errno = Errno(4357);
}
