//! What netlink has no messages for, and ioctl(2) has: TUN and TAP devices, groups of the hardware, what
//! a device offloads.

use crate::{namespace, refused};
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{MacAddr, NsName, Result};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::ioctl::{IntegerSetter, Ioctl, IoctlOutput, Opcode, ioctl};
use rustix::net::{AddressFamily, SocketType, socket};
use std::ffi::c_void;
use std::os::fd::AsFd;

/// The opcodes (`SIOC*`, `TUNSET*`).
const ETHTOOL: Opcode = 0x8946;
const ADD_GROUP: Opcode = 0x8931;
const DEL_GROUP: Opcode = 0x8932;
const TUN_MAKE: Opcode = 0x4004_54ca;
const TUN_PERSIST: Opcode = 0x4004_54cb;
const TUN_USER: Opcode = 0x4004_54cc;
const TUN_GROUP: Opcode = 0x4004_54ce;
const TUN_INDEX: Opcode = 0x4004_54da;

/// How long a device's name is at most, with its zero.
const NAME: usize = 16;

/// A request about a device (`struct ifreq`): its name, and what the opcode wants.
#[repr(C, align(8))]
struct Asked {
    name: [u8; NAME],
    value: [u8; 24],
}

impl Asked {
    fn new(name: &str, value: &[u8]) -> Result<Asked> {
        let mut asked = Asked {
            name: [0; NAME],
            value: [0; 24],
        };
        let fits = name.len() < NAME && value.len() <= asked.value.len();
        if !fits {
            return Err(netloom_model::Errno::INVAL.into());
        }
        asked.name[..name.len()].copy_from_slice(name.as_bytes());
        asked.value[..value.len()].copy_from_slice(value);
        Ok(asked)
    }

    /// A number where the opcode looks for one.
    fn number(number: u32) -> Asked {
        let mut asked = Asked {
            name: [0; NAME],
            value: [0; 24],
        };
        asked.name[..4].copy_from_slice(&number.to_ne_bytes());
        asked
    }
}

/// A request that is handed to the kernel by its place, which may write to it.
struct Handed<'a>(Opcode, &'a mut Asked);

// SAFETY: the opcodes above take a `struct ifreq`, which is as long as `Asked`, or a number at its beginning;
// nothing is read of it afterwards.
#[allow(unsafe_code, reason = "ioctl(2) takes a place")]
unsafe impl Ioctl for Handed<'_> {
    type Output = ();
    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        self.0
    }

    fn as_ptr(&mut self) -> *mut c_void {
        std::ptr::from_mut(self.1).cast()
    }

    unsafe fn output_from_ptr(_: IoctlOutput, _: *mut c_void) -> rustix::io::Result<()> {
        Ok(())
    }
}

fn hand(file: impl AsFd, opcode: Opcode, mut asked: Asked) -> Result<()> {
    // SAFETY: see `Handed`.
    #[allow(unsafe_code, reason = "ioctl(2) takes a place")]
    let done = unsafe { ioctl(file, Handed(opcode, &mut asked)) };
    done.map_err(failed)
}

fn number<const OPCODE: Opcode>(file: impl AsFd, value: u32) -> Result<()> {
    // SAFETY: the opcodes take the number itself, and no place.
    #[allow(unsafe_code, reason = "ioctl(2) takes a number")]
    let done = unsafe { ioctl(file, IntegerSetter::<OPCODE>::new_usize(value as usize)) };
    done.map_err(failed)
}

fn failed(error: Errno) -> netloom_model::Error {
    refused(&error.into())
}

/// Makes a TUN or TAP that stays, and that nobody holds yet; with this number, if one is said.
pub(crate) fn make_tun(ns: &NsName, name: &str, tun: &Tun, index: Option<u32>) -> Result<()> {
    const TUN: u16 = 0x0001;
    const TAP: u16 = 0x0002;
    const MULTI_QUEUE: u16 = 0x0100;
    const NO_PACKET_INFO: u16 = 0x1000;
    const ONE_QUEUE: u16 = 0x2000;
    const VNET_HEADER: u16 = 0x4000;
    /// There is none of that name (`IFF_TUN_EXCL`).
    const NEW: u16 = 0x8000;
    let mode = match tun.mode {
        TunMode::Tun => TUN,
        TunMode::Tap => TAP,
    };
    let set = [
        (!tun.packet_info, NO_PACKET_INFO),
        (tun.vnet_header, VNET_HEADER),
        (tun.multi_queue, MULTI_QUEUE),
        (tun.one_queue, ONE_QUEUE),
    ];
    let set = set.into_iter().filter(|(on, _)| *on);
    let flags = set.fold(mode | NEW, |flags, (_, flag)| flags | flag);
    let asked = Asked::new(name, &flags.to_le_bytes())?;
    namespace::inside(ns, || {
        let flags = OFlags::RDWR | OFlags::CLOEXEC;
        let file = open("/dev/net/tun", flags, Mode::empty()).map_err(failed)?;
        if let Some(index) = index {
            hand(&file, TUN_INDEX, Asked::number(index))?;
        }
        hand(&file, TUN_MAKE, asked)?;
        if let Some(user) = tun.user {
            number::<TUN_USER>(&file, user)?;
        }
        if let Some(group) = tun.group {
            number::<TUN_GROUP>(&file, group)?;
        }
        number::<TUN_PERSIST>(&file, 1)
    })?
}

/// Has a device listen to a group of the hardware, or no more.
pub(crate) fn listen(ns: &NsName, name: &str, group: MacAddr, listens: bool) -> Result<()> {
    let opcode = if listens { ADD_GROUP } else { DEL_GROUP };
    // A hardware address is told without saying of which kind.
    let address = [[0, 0].as_slice(), &group.0].concat();
    on_socket(ns, opcode, Asked::new(name, &address)?)
}

/// Has a device take large packets of TCP whole, or not.
pub(crate) fn set_tso(ns: &NsName, name: &str, on: bool) -> Result<()> {
    /// `ETHTOOL_STSO`.
    const SET: u32 = 0x1f;
    let value: [u32; 2] = [SET, u32::from(on)];
    let place = std::ptr::from_ref(&value).expose_provenance() as u64;
    on_socket(ns, ETHTOOL, Asked::new(name, &place.to_ne_bytes())?)
}

fn on_socket(ns: &NsName, opcode: Opcode, asked: Asked) -> Result<()> {
    namespace::inside(ns, || {
        let any = socket(AddressFamily::INET, SocketType::DGRAM, None).map_err(failed)?;
        hand(&any, opcode, asked)
    })?
}
