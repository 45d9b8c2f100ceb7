//! Why a request about sets was refused, in the original's words.

use super::failed;
use super::line::{Command, Line};
use crate::ip::words::Failure;
use netloom_model::Errno;
use netloom_model::ipset::{Kind, Method, refusal};

/// What is said of an error number, with the command and the kind of set that it came of.
pub(super) fn text(line: &Line, kind: Option<Kind>, errno: Errno) -> Failure {
    let own = of_command(line.command, errno).or_else(|| of_kind(kind, errno));
    match own.or_else(|| of_any(errno)) {
        Some(text) => failed(text),
        None => failed(format_args!("Kernel error received: {errno}")),
    }
}

/// Whether a set has no such element because it cannot have one.
pub(super) fn cannot_be(kind: Kind, errno: Errno) -> bool {
    match kind.method() {
        Method::Bitmap => errno == refusal::BITMAP_RANGE,
        Method::Hash => matches!(
            errno,
            refusal::HASH_ELEM | refusal::HASH_PROTOCOL | refusal::INVALID_CIDR
        ),
        Method::List => matches!(
            errno,
            refusal::LIST_NAME | refusal::LIST_NAMEREF | refusal::LIST_REF_EXIST
        ),
    }
}

fn of_command(command: Command, errno: Errno) -> Option<&'static str> {
    Some(match (command, errno) {
        (Command::Create, Errno::EXIST) => {
            "Set cannot be created: set with the same name already exists"
        }
        (Command::Create, Errno(4098)) => "Kernel error received: set type not supported",
        (Command::Create, Errno(4099)) => {
            "Kernel error received: maximal number of sets reached, cannot create more."
        }
        (Command::Create, refusal::BITMAP_SIZE) => {
            "The range you specified exceeds the size limit of the set type"
        }
        (Command::Create, refusal::INVALID_NETMASK) => {
            "The value of the netmask parameter is invalid"
        }
        (Command::Destroy, refusal::BUSY) => {
            "Set cannot be destroyed: it is in use by a kernel component"
        }
        (Command::Rename, refusal::EXIST_SETNAME2) => {
            "Set cannot be renamed: a set with the new name already exists"
        }
        (Command::Rename, refusal::REFERENCED) => {
            "Set cannot be renamed: it is in use by another system"
        }
        (Command::Swap, refusal::EXIST_SETNAME2) => {
            "Sets cannot be swapped: the second set does not exist"
        }
        (Command::Swap, refusal::TYPE_MISMATCH) => {
            "The sets cannot be swapped: their type does not match"
        }
        (Command::Add, refusal::EXIST) => "Element cannot be added to the set: it's already added",
        (Command::Del, refusal::EXIST) => "Element cannot be deleted from the set: it's not added",
        _ => return None,
    })
}

fn of_kind(kind: Option<Kind>, errno: Errno) -> Option<&'static str> {
    Some(match (kind?.method(), errno) {
        (Method::Bitmap, refusal::BITMAP_RANGE) => "Element is out of the range of the set",
        (Method::Hash, refusal::HASH_FULL) => "Hash is full, cannot add more elements",
        (Method::Hash, refusal::HASH_ELEM) => {
            "Null-valued element, cannot be stored in a hash type of set"
        }
        (Method::Hash, refusal::HASH_PROTOCOL) => "Invalid protocol specified",
        (Method::Hash, refusal::HASH_RANGE) => "Invalid range, covers the whole address space",
        (Method::List, refusal::LIST_NAME) => {
            "Set to be added/deleted/tested as element does not exist."
        }
        (Method::List, refusal::LIST_LOOP) => "Sets with list:set type cannot be added to the set.",
        (Method::List, refusal::LIST_NAMEREF) => {
            "The set to which you referred with 'before' or 'after' does not exist."
        }
        (Method::List, refusal::LIST_REF_EXIST) => {
            "The set to which you referred with 'before' or 'after' is not added to the set."
        }
        _ => return None,
    })
}

fn of_any(errno: Errno) -> Option<&'static str> {
    Some(match errno {
        Errno::NOENT => "The set with the given name does not exist",
        refusal::INVALID_CIDR => "The value of the CIDR parameter of the IP address is invalid",
        refusal::TIMEOUT => "Timeout cannot be used: set was created without timeout support",
        refusal::IPADDR_IPV4 => "An IPv4 address is expected, but not received",
        refusal::IPADDR_IPV6 => "An IPv6 address is expected, but not received",
        refusal::COUNTER => {
            "Packet/byte counters cannot be used: set was created without counter support"
        }
        refusal::COMMENT => "Comment cannot be used: set was created without comment support",
        refusal::SKBINFO => {
            "Skbinfo mapping cannot be used: set was created without skbinfo support"
        }
        _ => return None,
    })
}
