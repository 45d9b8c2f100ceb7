//! Programs that bpf(2) alone tells of (`BPF_PROG_QUERY`, linux/bpf.h): those that devices have at `tcx` and
//! `netkit`, in the network namespace of the thread, and those that control groups have for what their
//! processes send and receive.

use crate::refused;
use core::ffi::c_long;
use netloom_model::{Errno, Result};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// What is asked (`enum bpf_cmd`).
const FD_BY_ID: c_long = 13;
const INFO: c_long = 15;
const QUERY: c_long = 16;

/// Where programs are on any device, and on those of kind `netkit` (`enum bpf_attach_type`).
const ANY: [(u32, &str); 2] = [(46, "tcx ingress"), (47, "tcx egress")];
const NETKIT: [(u32, &str); 2] = [(54, "netkit primary"), (55, "netkit peer")];

/// Where programs of a control group decide about packets.
const OF_CGROUP: [(u32, &str); 7] = [
    (0, "cgroup ingress"),
    (1, "cgroup egress"),
    (2, "cgroup sock_create"),
    (10, "cgroup connect4"),
    (11, "cgroup connect6"),
    (14, "cgroup sendmsg4"),
    (15, "cgroup sendmsg6"),
];

/// Asks for the programs of the groups above too (`BPF_F_QUERY_EFFECTIVE`).
const EFFECTIVE: u32 = 1;

/// How many programs at one hook are told; the kernel takes no more.
const MOST: usize = 64;

/// The length of the union that a question is (`union bpf_attr`), as far as it is used here.
const LENGTH: usize = 72;

/// A program at a hook.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hooked {
    pub(crate) hook: &'static str,
    pub(crate) id: u32,
    /// None where its name may not be asked.
    pub(crate) name: Option<String>,
}

/// The programs of a device.
///
/// # Errors
/// `EPERM` without `CAP_NET_ADMIN`. A kernel that knows nothing of such hooks has no programs there.
pub(crate) fn read(index: u32, is_netkit: bool) -> Result<Vec<Hooked>> {
    let netkit = NETKIT.iter().filter(|_| is_netkit);
    at_all(index, 0, ANY.iter().chain(netkit))
}

/// The programs that decide for the processes of a control group, given its folder: its own and those of the
/// groups above.
///
/// # Errors
/// `EPERM` without `CAP_NET_ADMIN`.
pub(crate) fn of_cgroup(folder: &File) -> Result<Vec<Hooked>> {
    at_all(
        folder.as_raw_fd().cast_unsigned(),
        EFFECTIVE,
        OF_CGROUP.iter(),
    )
}

fn at_all<'p>(
    target: u32,
    flags: u32,
    places: impl Iterator<Item = &'p (u32, &'static str)>,
) -> Result<Vec<Hooked>> {
    let mut all = Vec::new();
    for (place, hook) in places {
        let ids = match at(target, *place, flags) {
            Err(error) if is_without(error.errno) => Vec::new(),
            ids => ids?,
        };
        all.extend(ids.into_iter().map(|id| Hooked {
            hook,
            id,
            name: name(id),
        }));
    }
    Ok(all)
}

/// Whether an error says that there are no such hooks, or no such device any more.
const fn is_without(errno: Errno) -> bool {
    matches!(
        errno,
        Errno::INVAL | Errno::NODEV | Errno::NOSYS | Errno::OPNOTSUPP | Errno::NOENT
    )
}

/// The numbers of the programs at a hook of a device, by its index, or of a control group, by its file.
fn at(target: u32, place: u32, flags: u32) -> Result<Vec<u32>> {
    let mut ids = [0_u32; MOST];
    let mut question = [0_u8; LENGTH];
    question[..4].copy_from_slice(&target.to_ne_bytes());
    question[4..8].copy_from_slice(&place.to_ne_bytes());
    question[8..12].copy_from_slice(&flags.to_ne_bytes());
    question[16..24].copy_from_slice(&address(&mut ids));
    question[24..28].copy_from_slice(&(MOST as u32).to_ne_bytes());
    ask(QUERY, &mut question).map_err(|error| refused(&error))?;
    let [a, b, c, d] = [24, 25, 26, 27].map(|at| question[at]);
    let count = u32::from_ne_bytes([a, b, c, d]) as usize;
    Ok(ids.into_iter().take(count).filter(|id| *id != 0).collect())
}

/// The name of a program.
fn name(id: u32) -> Option<String> {
    /// Where it stands in what is told of a program (`struct bpf_prog_info`), and its room.
    const PLACE: usize = 64;
    const ROOM: usize = 16;
    let mut question = [0_u8; LENGTH];
    question[..4].copy_from_slice(&id.to_ne_bytes());
    let opened = i32::try_from(ask(FD_BY_ID, &mut question).ok()?).ok()?;
    // SAFETY: the kernel has just opened this file for us, and nobody else has it.
    #[allow(unsafe_code, reason = "bpf(2) has no safe interface")]
    let program = unsafe { OwnedFd::from_raw_fd(opened) };
    let mut told = [0_u8; PLACE + ROOM];
    let mut question = [0_u8; LENGTH];
    question[..4].copy_from_slice(&program.as_raw_fd().to_ne_bytes());
    question[4..8].copy_from_slice(&(told.len() as u32).to_ne_bytes());
    question[8..16].copy_from_slice(&address(&mut told));
    ask(INFO, &mut question).ok()?;
    let name = &told[PLACE..];
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(ROOM);
    let name = String::from_utf8_lossy(&name[..end]).into_owned();
    (!name.is_empty()).then_some(name)
}

/// An address as a question has it.
fn address<T>(room: &mut [T]) -> [u8; 8] {
    (room.as_mut_ptr().expose_provenance() as u64).to_ne_bytes()
}

fn ask(what: c_long, question: &mut [u8; LENGTH]) -> io::Result<c_long> {
    // SAFETY: the question is as long as is said, and where it has an address of a room it says how large
    // that is; the rooms outlive the call, and are written through pointers that were exposed.
    #[allow(unsafe_code, reason = "bpf(2) has no safe interface")]
    let answer = unsafe { libc::syscall(libc::SYS_bpf, what, question.as_mut_ptr(), LENGTH) };
    match answer {
        ..0 => Err(io::Error::last_os_error()),
        answer => Ok(answer),
    }
}
