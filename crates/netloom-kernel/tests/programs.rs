//! Programs that devices have at `tcx` are told of. For who may load programs, on a kernel with that hook.
#![allow(unsafe_code, reason = "bpf(2) has no safe interface")]

use core::ffi::c_long;
use libtest_mimic::{Arguments, Failed, Trial};
use netloom_kernel::host::{self, Which};
use netloom_kernel::{Kernel, programs};
use netloom_model::snapshot::Program;
use netloom_model::state::Parts;
use netloom_model::{NsName, World};
use nix::sched::{CloneFlags, unshare};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// What is asked of bpf(2), and the hooks (`BPF_PROG_LOAD`, `BPF_LINK_CREATE`, `BPF_TCX_*`).
const LOAD: c_long = 5;
const LINK: c_long = 28;
const INGRESS: u32 = 46;
const EGRESS: u32 = 47;

fn bpf(what: c_long, question: &mut [u8; 128]) -> std::io::Result<OwnedFd> {
    // SAFETY: the question is as long as is said, and every address in it is of bytes that live longer.
    let answer = unsafe { libc::syscall(libc::SYS_bpf, what, question.as_mut_ptr(), 128) };
    match i32::try_from(answer) {
        // SAFETY: the kernel has just opened this file.
        Ok(file @ 0..) => Ok(unsafe { OwnedFd::from_raw_fd(file) }),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// A program of that name which lets everything pass.
fn load(name: &str) -> std::io::Result<OwnedFd> {
    const OF_QDISCS: u32 = 3;
    // r0 = -1 (the next one decides); exit.
    let code: [u64; 2] = [0xffff_ffff_0000_00b7, 0x95];
    let licence = *b"Apache-2.0\0";
    let mut question = [0; 128];
    question[..4].copy_from_slice(&OF_QDISCS.to_ne_bytes());
    question[4..8].copy_from_slice(&2_u32.to_ne_bytes());
    question[8..16].copy_from_slice(&(code.as_ptr().expose_provenance() as u64).to_ne_bytes());
    question[16..24].copy_from_slice(&(licence.as_ptr().expose_provenance() as u64).to_ne_bytes());
    question[48..48 + name.len()].copy_from_slice(name.as_bytes());
    bpf(LOAD, &mut question)
}

/// Has a program at a hook of a device, as long as what is given back lives.
fn attach(program: &OwnedFd, device: u32, hook: u32) -> std::io::Result<OwnedFd> {
    let mut question = [0; 128];
    question[..4].copy_from_slice(&program.as_raw_fd().to_ne_bytes());
    question[4..8].copy_from_slice(&device.to_ne_bytes());
    question[8..12].copy_from_slice(&hook.to_ne_bytes());
    bpf(LINK, &mut question)
}

/// Runs something in a thread that has left the machine's network for ever.
fn apart<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Result<T, Failed> {
    let thread = std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNET)?;
        Ok::<T, nix::Error>(run())
    });
    Ok(thread.join().map_err(|_| "the thread panicked")??)
}

/// Those of tcx and netkit of the thread's namespace.
fn hooked() -> Result<Vec<Program>, Failed> {
    let state = Kernel::new().snapshot(Some(&NsName::first()), Parts::LINKS)?;
    let links = &state.namespaces[&NsName::first()].links;
    Ok(programs::hooked(&NsName::first(), links)?)
}

fn judge() -> Result<(), Failed> {
    const LOOPBACK: u32 = 1;
    apart(|| {
        let (first, second) = (load("first")?, load("second")?);
        let kept = [
            attach(&first, LOOPBACK, INGRESS)?,
            attach(&second, LOOPBACK, INGRESS)?,
            attach(&second, LOOPBACK, EGRESS)?,
        ];
        let found = hooked()?;
        let told: Vec<(&str, &str)> = found
            .iter()
            .map(|one| (one.hook.as_str(), one.name.as_str()))
            .collect();
        let awaited = [
            ("tcx ingress", "first"),
            ("tcx ingress", "second"),
            ("tcx egress", "second"),
        ];
        let numbered = found
            .iter()
            .all(|one| one.link == LOOPBACK && one.id.is_some());
        if told != awaited || !numbered {
            return Err(format!("told {found:?}").into());
        }
        drop(kept);
        let left = hooked()?;
        match left.is_empty() {
            true => Ok(()),
            false => Err(format!("left {left:?}").into()),
        }
    })?
}

/// A snapshot of the namespace has them, and says of none that they are missing.
fn in_a_snapshot() -> Result<(), Failed> {
    apart(|| {
        let kept = attach(&load("seen")?, 1, EGRESS)?;
        let host = host::snapshot(&Which::Namespace(NsName::first()))?;
        drop(kept);
        let seen = host.programs.iter().any(|one| one.name == "seen");
        let missing = host
            .missing
            .iter()
            .any(|missing| missing.part == "programs");
        match seen && !missing {
            true => Ok(()),
            false => Err(format!("{:?} {:?}", host.programs, host.missing).into()),
        }
    })?
}

fn main() {
    let arguments = Arguments::from_args();
    let probe = apart(|| {
        load("probe")
            .and_then(|program| attach(&program, 1, INGRESS))
            .is_ok()
    });
    let usable = matches!(probe, Ok(true));
    let trials = [
        Trial::test("programs_at_tcx_are_told", judge),
        Trial::test("a_snapshot_tells_of_programs_at_tcx", in_a_snapshot),
    ];
    let trials = trials.map(|trial| trial.with_ignored_flag(!usable));
    libtest_mimic::run(&arguments, trials.into()).exit();
}
