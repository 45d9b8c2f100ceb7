//! What nft leaves with tables, chains, rules, sets and elements for itself, which the kernel keeps
//! without a look: pieces of a kind, a length and a value each (`NFTA_*_USERDATA`).

/// Pieces, one behind the other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    pub(super) const fn new(bytes: Option<&'a [u8]>) -> Pieces<'a> {
        match bytes {
            Some(bytes) => Pieces(bytes),
            None => Pieces(&[]),
        }
    }

    pub(super) fn get(self, kind: u8) -> Option<&'a [u8]> {
        self.into_iter()
            .find(|piece| piece.0 == kind)
            .map(|piece| piece.1)
    }

    /// A number; of the host's order.
    pub(super) fn u32(self, kind: u8) -> Option<u32> {
        crate::u32_at(self.get(kind)?, 0)
    }

    pub(super) fn text(self, kind: u8) -> Option<String> {
        self.get(kind).map(crate::attribute::text)
    }

    pub(super) fn inside(self, kind: u8) -> Pieces<'a> {
        Pieces::new(self.get(kind))
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let &[kind, len, ref rest @ ..] = self.0 else {
            return None;
        };
        let value = rest.get(..usize::from(len))?;
        self.0 = &rest[usize::from(len)..];
        Some((kind, value))
    }
}

/// Pieces as they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Left(Vec<u8>);

impl Left {
    /// Adds a piece; one that is too long is left out.
    pub(super) fn put(&mut self, kind: u8, value: &[u8]) {
        if let Ok(len) = u8::try_from(value.len()) {
            self.0.extend([kind, len]);
            self.0.extend(value);
        }
    }

    pub(super) fn u32(&mut self, kind: u8, value: u32) {
        self.put(kind, &value.to_le_bytes());
    }

    pub(super) fn text(&mut self, kind: u8, text: &str) {
        self.put(kind, &[text.as_bytes(), &[0]].concat());
    }

    pub(super) fn nest(&mut self, kind: u8, inside: &Left) {
        self.put(kind, &inside.0);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_and_others_end_them() {
        let mut left = Left::default();
        left.text(0, "hello");
        left.u32(3, 7);
        let pieces = Pieces::new(Some(left.bytes()));
        assert_eq!(pieces.text(0).as_deref(), Some("hello"));
        assert_eq!(pieces.u32(3), Some(7));
        assert_eq!(Pieces(&[1, 9, 0]).count(), 0);
    }
}
