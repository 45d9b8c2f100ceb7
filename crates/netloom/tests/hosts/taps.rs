//! Devices of a namespace of the running kernel whose other ends this process holds. What is written
//! into a TAP has gone its whole way when the write returns.

use core::net::{IpAddr, SocketAddr};
use nix::libc;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, sendto, setsockopt,
    socket,
};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;

mod option {
    use nix::{libc, setsockopt_impl, sockopt_impl};
    sockopt_impl!(
        HeaderV6,
        SetOnly,
        libc::IPPROTO_IPV6,
        libc::IPV6_HDRINCL,
        bool
    );
}

mod request {
    nix::ioctl_write_ptr_bad!(set_interface, nix::libc::TUNSETIFF, nix::libc::ifreq);
}

/// Where TAPs are made.
const CLONE: &str = "/dev/net/tun";

/// Makes a TAP in the namespace of this thread; it lasts as long as the file.
fn tap(name: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true);
    let file = options.custom_flags(libc::O_NONBLOCK).open(CLONE)?;
    let mut ifr_name = [0; libc::IFNAMSIZ];
    for (to, from) in ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    let request = libc::ifreq {
        ifr_name,
        ifr_ifru: libc::__c_anonymous_ifr_ifru {
            ifru_flags: (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short,
        },
    };
    #[allow(unsafe_code, reason = "there is no other way to a TAP")]
    // SAFETY: the request is a whole ifreq, which the kernel reads and writes while it is called.
    unsafe {
        request::set_interface(file.as_raw_fd(), &raw const request)?;
    }
    Ok(file)
}

/// TAPs by their numbers, in the order in which they were made.
#[derive(Default)]
pub(crate) struct Taps(Vec<File>);

impl Taps {
    /// Makes one more in the namespace of this thread.
    pub(crate) fn add(&mut self, name: &str) -> io::Result<()> {
        self.0.push(tap(name)?);
        Ok(())
    }

    /// A frame arrives.
    pub(crate) fn send(&self, at: usize, frame: &[u8]) {
        // What the kernel refuses was not sent.
        let _ = (&self.0[at]).write(frame);
    }

    /// What came out since, and where.
    pub(crate) fn take(&self) -> Vec<(usize, Vec<u8>)> {
        let mut frames = Vec::new();
        let mut buffer = vec![0; 65_536];
        for (at, mut tap) in self.0.iter().enumerate() {
            while let Ok(len) = tap.read(&mut buffer) {
                frames.push((at, buffer[..len].to_vec()));
            }
        }
        frames
    }
}

/// Sends a packet with its header from the namespace of this thread.
pub(crate) fn local(packet: &[u8], to: IpAddr) {
    let family = match to {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    };
    let flags = SockFlag::SOCK_NONBLOCK;
    let Ok(raw) = socket(family, SockType::Raw, flags, SockProtocol::Raw) else {
        return;
    };
    if to.is_ipv6() {
        let _ = setsockopt(&raw, option::HeaderV6, &true);
    }
    let to = SockaddrStorage::from(SocketAddr::new(to, 0));
    let _ = sendto(raw.as_raw_fd(), packet, &to, MsgFlags::empty());
}
