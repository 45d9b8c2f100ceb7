//! A socket that asks for the tables of a family, and replaces them: socket options
//! (`linux/netfilter_ipv4/ip_tables.h`).

use crate::refused;
use core::ffi::{c_int, c_void};
use netloom_model::ruleset::change::TableRef;
use netloom_model::ruleset::statement::Counter;
use netloom_model::ruleset::{Statement, Table, TableFamily};
use netloom_model::{Errno, Result};
use netloom_netlink::xt::legacy::{self, COUNTER, ENTRIES, Form, Info, Owner, Read, Written};
use netloom_netlink::xt::sets;
use rustix::net::{AddressFamily, Protocol, SocketFlags, SocketType, ipproto, socket_with};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// How often a table that has changed while it was read is read again.
const PATIENCE: usize = 16;

/// A socket that asks for the tables of a family.
pub(super) struct Socket {
    socket: OwnedFd,
    form: Form,
    level: c_int,
}

/// The option by which sets are asked for (`SO_IP_SET`), what is asked (`IP_SET_OP_GET_BYNAME`,
/// `IP_SET_OP_GET_BYINDEX`), in which version, and the number of no set.
const SETS: c_int = 83;
const BY_NAME: u32 = 6;
const BY_INDEX: u32 = 7;
const VERSION: u32 = 7;
const NO_SET: u16 = u16::MAX;
/// Room for a set's name (`IPSET_MAXNAMELEN`), and where it is.
const SET_NAME: usize = 32;
const SET_PLACE: usize = 8;

impl Socket {
    pub(super) fn open(family: TableFamily) -> Result<Socket> {
        let form = legacy::form(family).ok_or(Errno::AFNOSUPPORT)?;
        let (domain, level) = match family {
            TableFamily::Ip6 => (AddressFamily::INET6, libc::IPPROTO_IPV6),
            _ => (AddressFamily::INET, libc::IPPROTO_IP),
        };
        let protocol: Protocol = ipproto::RAW;
        let socket = socket_with(
            domain,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some(protocol),
        );
        Ok(Socket {
            socket: socket.map_err(|error| refused(&error.into()))?,
            form,
            level,
        })
    }

    /// Asks for an option; what there is is in the room then.
    fn get(&self, level: c_int, option: c_int, room: &mut [u8]) -> Result<()> {
        let mut len = room.len() as libc::socklen_t;
        // SAFETY: the socket is open, and the kernel writes no more than `len` bytes of the room, which
        // is ours alone.
        #[allow(unsafe_code, reason = "no safe interface has these options")]
        let got = unsafe {
            let room: *mut c_void = room.as_mut_ptr().cast();
            libc::getsockopt(self.socket.as_raw_fd(), level, option, room, &raw mut len)
        };
        outcome(got)
    }

    /// Sets an option.
    fn set(&self, option: c_int, bytes: &[u8]) -> Result<()> {
        // SAFETY: the socket is open, and the kernel reads the bytes alone. Where they have an address in
        // them, `replace` sees to it that it is of room enough.
        #[allow(unsafe_code, reason = "no safe interface has these options")]
        let set = unsafe {
            let room: *const c_void = bytes.as_ptr().cast();
            let len = bytes.len() as libc::socklen_t;
            libc::setsockopt(self.socket.as_raw_fd(), self.level, option, room, len)
        };
        outcome(set)
    }

    /// What a table is like; one that the kernel knows, but has not made, is made.
    fn info(&self, named: &TableRef) -> Result<Info> {
        let mut room = legacy::ask_info(self.form, &named.name).ok_or(Errno::NOENT)?;
        self.get(self.level, self.form.option, &mut room)?;
        legacy::info(self.form, &room).ok_or_else(|| Errno::PROTO.into())
    }

    /// A table that is there.
    pub(super) fn read(&self, named: &TableRef) -> Result<Read> {
        for _ in 0..PATIENCE {
            let info = self.info(named)?;
            let room = legacy::ask_entries(&named.name, info.size);
            let mut room = room.ok_or(Errno::NOENT)?;
            match self.get(self.level, self.form.option + 1, &mut room) {
                Ok(()) => {}
                // It is not as large any more.
                Err(error) if error.errno == Errno::AGAIN => continue,
                Err(error) => return Err(error),
            }
            let read = legacy::decode(named, self.form, &info, &room[ENTRIES..]);
            let mut read = read.ok_or(Errno::PROTO)?;
            for statement in statements(&mut read.table) {
                if sets::has_numbers(statement) {
                    sets::named(statement, |index| self.set_name(index));
                }
            }
            return Ok(read);
        }
        Err(Errno::AGAIN.into())
    }

    /// A table in the form in which it replaces the one of its name.
    ///
    /// # Errors
    /// `ENOENT` for a set that is not there, `EINVAL` for a rule that has no form.
    pub(super) fn form(&self, mut after: Table) -> Result<Written> {
        for statement in statements(&mut after) {
            if statement.ipsets().next().is_some()
                && !sets::numbered(statement, |name| self.set_index(name))
            {
                return Err(Errno::NOENT.into());
            }
        }
        legacy::encode(&after).ok_or_else(|| Errno::INVAL.into())
    }

    /// Puts a table in the place of what was read.
    ///
    /// # Errors
    /// `EAGAIN` where it is another one now; `EINVAL` and its like for a rule that the kernel refuses.
    pub(super) fn replace(&self, before: &Read, mut written: Written) -> Result<()> {
        let number = before.counters.len();
        // What the old entries have counted in the end comes here.
        let mut counted = vec![0; number * COUNTER];
        let address = counted.as_mut_ptr().expose_provenance() as u64;
        written.bytes[written.number..][..4].copy_from_slice(&(number as u32).to_le_bytes());
        written.bytes[written.address..][..8].copy_from_slice(&address.to_le_bytes());
        // The kernel writes `number` counters to the address, which `counted` has room for.
        self.set(self.form.option, &written.bytes)?;
        let last = legacy::counters(&counted);
        let counters = carried(before, &last, &written.counters);
        if counters
            .iter()
            .all(|counter| *counter == Counter::default())
        {
            return Ok(());
        }
        let add = legacy::add_counters(&before.table.name, &counters).ok_or(Errno::INVAL)?;
        self.set(self.form.option + 1, &add)
    }

    /// The name of the set that has a number.
    fn set_name(&self, index: u16) -> Option<String> {
        let mut room = ask_set(BY_INDEX, &index.to_le_bytes());
        self.get(libc::IPPROTO_IP, SETS, &mut room).ok()?;
        let name = room.get(SET_PLACE..)?;
        let end = name.iter().position(|byte| *byte == 0)?;
        let name = String::from_utf8(name[..end].to_vec()).ok()?;
        (!name.is_empty()).then_some(name)
    }

    /// The number of a set.
    fn set_index(&self, name: &str) -> Option<u16> {
        if name.len() >= SET_NAME {
            return None;
        }
        let mut room = ask_set(BY_NAME, name.as_bytes());
        self.get(libc::IPPROTO_IP, SETS, &mut room).ok()?;
        let index = u16::from_le_bytes([room[SET_PLACE], room[SET_PLACE + 1]]);
        (index != NO_SET).then_some(index)
    }
}

/// What asks for a set (`ip_set_req_get_set`).
fn ask_set(op: u32, set: &[u8]) -> Vec<u8> {
    let mut room = op.to_le_bytes().to_vec();
    room.extend(VERSION.to_le_bytes());
    room.extend(set);
    room.resize(SET_PLACE + SET_NAME, 0);
    room
}

fn outcome(code: c_int) -> Result<()> {
    match code {
        0 => Ok(()),
        _ => Err(refused(&io::Error::last_os_error())),
    }
}

fn statements(table: &mut Table) -> impl Iterator<Item = &mut Statement> {
    let rules = table.chains.iter_mut().flat_map(|chain| &mut chain.rules);
    rules.flat_map(|rule| &mut rule.statements)
}

/// What the new entries begin to count from: those that were there go on from what they had counted in
/// the end, unless somebody set it.
fn carried(before: &Read, last: &[Counter], after: &[(Counter, Owner)]) -> Vec<Counter> {
    let old = before.counters.iter().zip(last);
    let old: HashMap<&Owner, (Counter, Counter)> = old
        .filter(|((_, owner), _)| *owner != Owner::Nothing)
        .map(|((read, owner), last)| (owner, (*read, *last)))
        .collect();
    let carry = |(counter, owner): &(Counter, Owner)| match old.get(owner) {
        Some((read, last)) if read == counter => *last,
        _ => *counter,
    };
    after.iter().map(carry).collect()
}
