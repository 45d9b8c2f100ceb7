//! The options of a segment, in the order in which Linux writes them (RFC 9293 section 3.2,
//! RFC 7323, RFC 2018).

use netloom_wire::tcp::{OptionIter, TcpOption};

/// Selective acknowledgements that fit into one segment.
pub(super) const SACKS: usize = 4;

/// What a segment's options say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(super) mss: Option<u16>,
    pub(super) window_scale: Option<u8>,
    pub(super) sack_permitted: bool,
    /// The sender's clock, and ours given back.
    pub(super) timestamps: Option<(u32, u32)>,
    pub(super) sacks: [(u32, u32); SACKS],
    pub(super) sack_count: u8,
}

impl Options {
    /// Reads options; what is malformed, and what follows it, is left out.
    pub(super) fn read(bytes: &[u8]) -> Options {
        let mut options = Options::default();
        for option in OptionIter::new(bytes).map_while(Result::ok) {
            match option {
                TcpOption::MaxSegmentSize(mss) => options.mss = Some(mss),
                TcpOption::WindowScale(shift) => options.window_scale = Some(shift.min(14)),
                TcpOption::SackPermitted => options.sack_permitted = true,
                TcpOption::Timestamps { value, echo } => options.timestamps = Some((value, echo)),
                TcpOption::Sack(blocks) => {
                    for block in blocks.chunks_exact(8) {
                        let word = |at: usize| {
                            u32::from_be_bytes([
                                block[at],
                                block[at + 1],
                                block[at + 2],
                                block[at + 3],
                            ])
                        };
                        options.add_sack((word(0), word(4)));
                    }
                }
                TcpOption::End | TcpOption::Nop | TcpOption::Other { .. } => {}
            }
        }
        options
    }

    fn add_sack(&mut self, block: (u32, u32)) {
        if let Some(place) = self.sacks.get_mut(usize::from(self.sack_count)) {
            *place = block;
            self.sack_count += 1;
        }
    }

    /// The selective acknowledgements.
    pub(super) fn sacks(&self) -> &[(u32, u32)] {
        &self.sacks[..usize::from(self.sack_count)]
    }

    /// The same with as many of `blocks` as fit beside the timestamps.
    pub(super) fn with_sacks(mut self, blocks: &[(u32, u32)]) -> Options {
        let most = if self.timestamps.is_some() {
            SACKS - 1
        } else {
            SACKS
        };
        let room = most.saturating_sub(usize::from(self.sack_count));
        blocks
            .iter()
            .take(room)
            .for_each(|block| self.add_sack(*block));
        self
    }

    /// Writes them.
    pub(super) fn write(&self) -> Block {
        let mut block = Block::default();
        if let Some(mss) = self.mss {
            block.put(&[2, 4]);
            block.put(&mss.to_be_bytes());
        }
        if let Some((value, echo)) = self.timestamps {
            block.put(if self.sack_permitted {
                &[4, 2]
            } else {
                &[1, 1]
            });
            block.put(&[8, 10]);
            block.put(&value.to_be_bytes());
            block.put(&echo.to_be_bytes());
        }
        if let Some(shift) = self.window_scale {
            block.put(&[1, 3, 3, shift]);
        }
        if self.sack_permitted && self.timestamps.is_none() {
            block.put(&[1, 1, 4, 2]);
        }
        if self.sack_count > 0 {
            block.put(&[1, 1, 5, 2 + 8 * self.sack_count]);
            for (left, right) in self.sacks() {
                block.put(&left.to_be_bytes());
                block.put(&right.to_be_bytes());
            }
        }
        block
    }
}

/// Options as bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    bytes: [u8; 40],
    len: u8,
}

impl Default for Block {
    fn default() -> Block {
        Block {
            bytes: [0; 40],
            len: 0,
        }
    }
}

impl Block {
    fn put(&mut self, bytes: &[u8]) {
        let at = usize::from(self.len);
        if let Some(place) = self.bytes.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len() as u8;
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syn_has_its_options_in_the_order_of_linux() {
        let options = Options {
            mss: Some(1460),
            window_scale: Some(7),
            sack_permitted: true,
            timestamps: Some((1, 2)),
            ..Options::default()
        };
        let block = options.write();
        let expected = [
            2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7,
        ];
        assert_eq!(block.bytes(), expected);
        assert_eq!(Options::read(block.bytes()), options);
    }

    #[test]
    fn three_selective_acknowledgements_fit_beside_timestamps() {
        let options = Options {
            timestamps: Some((1, 2)),
            ..Options::default()
        };
        let blocks = [(1, 2), (3, 4), (5, 6), (7, 8)];
        let written = options.with_sacks(&blocks).write();
        assert_eq!(written.bytes().len(), 40);
        assert_eq!(Options::read(written.bytes()).sacks(), &blocks[..3]);
    }
}
