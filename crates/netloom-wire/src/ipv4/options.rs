//! IPv4 options: RFC 791, router alert of RFC 2113.

use crate::Malformed;

/// The type byte of an option: copied flag, class and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OptionKind(pub u8);

impl OptionKind {
    /// End of the options.
    pub const END: Self = Self(0);
    /// No operation: one byte of padding.
    pub const NOP: Self = Self(1);
    /// Record route.
    pub const RECORD_ROUTE: Self = Self(7);
    /// Internet timestamp.
    pub const TIMESTAMP: Self = Self(68);
    /// Security.
    pub const SECURITY: Self = Self(130);
    /// Loose source and record route.
    pub const LOOSE_SOURCE_ROUTE: Self = Self(131);
    /// Stream identifier.
    pub const STREAM_ID: Self = Self(136);
    /// Strict source and record route.
    pub const STRICT_SOURCE_ROUTE: Self = Self(137);
    /// Router alert.
    pub const ROUTER_ALERT: Self = Self(148);

    /// Whether every fragment carries the option, not just the first.
    #[inline]
    #[must_use]
    pub fn is_copied(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// One option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpOption<'a> {
    /// Its type.
    pub kind: OptionKind,
    /// Where it starts within the options.
    pub offset: usize,
    /// All its bytes: type, length if it has one, data.
    pub bytes: &'a [u8],
}

impl<'a> IpOption<'a> {
    /// What follows type and length.
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        self.bytes.get(2..).unwrap_or_default()
    }
}

/// The options of a packet one by one: padding included, an end of options last, and nothing after
/// the first malformed one.
#[derive(Clone, Debug)]
pub struct OptionIter<'a> {
    options: &'a [u8],
    offset: usize,
}

impl<'a> OptionIter<'a> {
    /// Walks the bytes of the options.
    #[inline]
    #[must_use]
    pub fn new(options: &'a [u8]) -> Self {
        Self { options, offset: 0 }
    }
}

impl<'a> Iterator for OptionIter<'a> {
    type Item = Result<IpOption<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.offset;
        let rest = self.options.get(offset..)?;
        let kind = OptionKind(*rest.first()?);
        let length = match kind {
            OptionKind::END | OptionKind::NOP => 1,
            _ => rest.get(1).map_or(0, |&length| usize::from(length)),
        };
        let least = if matches!(kind, OptionKind::END | OptionKind::NOP) {
            1
        } else {
            2
        };
        // An end, and likewise an error, is the last item: the offset moves past everything.
        self.offset = self.options.len();
        if length < least || length > rest.len() {
            return Some(Err(Malformed::BadOption(kind.0)));
        }
        if kind != OptionKind::END {
            self.offset = offset + length;
        }
        Some(Ok(IpOption {
            kind,
            offset,
            bytes: &rest[..length],
        }))
    }
}
