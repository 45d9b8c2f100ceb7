//! Errors as Linux numbers them, with the text that the kernel adds to some of them.

use core::fmt;
use serde::{Deserialize, Serialize};

/// What a [`World`](crate::World) answers.
pub type Result<T> = core::result::Result<T, Error>;

macro_rules! errnos {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        /// An error number of Linux (errno(3)); its text is glibc's strerror(3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub struct Errno(pub i32);

        #[allow(missing_docs, reason = "the names are errno(3)'s own")]
        impl Errno {
            $(pub const $name: Errno = Errno($number);)*

            /// The text of strerror(3).
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self.0 {
                    $($number => $text,)*
                    _ => "Unknown error",
                }
            }

            /// The symbolic name, `EPERM`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($number => concat!("E", stringify!($name)),)*
                    _ => "E?",
                }
            }
        }
    };
}

errnos! {
    PERM = 1, "Operation not permitted";
    NOENT = 2, "No such file or directory";
    SRCH = 3, "No such process";
    INTR = 4, "Interrupted system call";
    IO = 5, "Input/output error";
    NXIO = 6, "No such device or address";
    E2BIG = 7, "Argument list too long";
    BADF = 9, "Bad file descriptor";
    AGAIN = 11, "Resource temporarily unavailable";
    NOMEM = 12, "Cannot allocate memory";
    ACCES = 13, "Permission denied";
    BUSY = 16, "Device or resource busy";
    EXIST = 17, "File exists";
    NODEV = 19, "No such device";
    ISDIR = 21, "Is a directory";
    INVAL = 22, "Invalid argument";
    NFILE = 23, "Too many open files in system";
    MFILE = 24, "Too many open files";
    MLINK = 31, "Too many links";
    PIPE = 32, "Broken pipe";
    RANGE = 34, "Numerical result out of range";
    NAMETOOLONG = 36, "File name too long";
    NOSYS = 38, "Function not implemented";
    LOOP = 40, "Too many levels of symbolic links";
    PROTO = 71, "Protocol error";
    NOTUNIQ = 76, "Name not unique on network";
    RESTART = 85, "Interrupted system call should be restarted";
    DESTADDRREQ = 89, "Destination address required";
    MSGSIZE = 90, "Message too long";
    PROTONOSUPPORT = 93, "Protocol not supported";
    OPNOTSUPP = 95, "Operation not supported";
    AFNOSUPPORT = 97, "Address family not supported by protocol";
    ADDRINUSE = 98, "Address already in use";
    ADDRNOTAVAIL = 99, "Cannot assign requested address";
    NETDOWN = 100, "Network is down";
    NETUNREACH = 101, "Network is unreachable";
    CONNABORTED = 103, "Software caused connection abort";
    CONNRESET = 104, "Connection reset by peer";
    NOBUFS = 105, "No buffer space available";
    ISCONN = 106, "Transport endpoint is already connected";
    NOTCONN = 107, "Transport endpoint is not connected";
    TIMEDOUT = 110, "Connection timed out";
    CONNREFUSED = 111, "Connection refused";
    HOSTDOWN = 112, "Host is down";
    HOSTUNREACH = 113, "No route to host";
    ALREADY = 114, "Operation already in progress";
    INPROGRESS = 115, "Operation now in progress";
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A refused request: Linux's error number, and the extended acknowledgement (netlink(7),
/// `NLMSGERR_ATTR_MSG`) where the kernel gives one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The number.
    pub errno: Errno,
    /// The kernel's own sentence, which iproute2 prints as `Error: SENTENCE`.
    pub message: Option<String>,
    /// Which step of a transaction it is about, counted from nothing, where that is known.
    pub step: Option<u32>,
}

impl Error {
    /// An error with the kernel's own sentence.
    pub fn with(errno: Errno, message: impl Into<String>) -> Error {
        Error {
            errno,
            message: Some(message.into()),
            step: None,
        }
    }
}

impl Error {
    /// The same, told of a step of a transaction.
    #[must_use]
    pub fn at(self, step: usize) -> Error {
        Error {
            step: u32::try_from(step).ok(),
            ..self
        }
    }
}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Error {
        Error {
            errno,
            message: None,
            step: None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{message} ({})", self.errno),
            None => self.errno.fmt(f),
        }
    }
}

impl core::error::Error for Error {}
