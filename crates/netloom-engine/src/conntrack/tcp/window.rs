//! Whether a segment's numbers can be: it lies in the window of its receiver, and acknowledges what
//! was sent.

use super::super::table::Direction;
use super::End;
use super::segment::Segment;
use super::state::State;
use netloom_wire::tcp::{Flags, OptionIter, TcpOption};

/// The greatest scale of windows (RFC 7323 section 2.3).
const MOST_SCALE: u8 = 14;

/// Acknowledgements may be so old, however small the window (`MAXACKWINCONST`).
const OLD_ACK: u32 = 66_000;

/// How a segment lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    /// It is let through; what it told was taken over or not.
    Fits {
        counts: bool,
    },
    /// It passes and is not counted on: older than what matters, or a little ahead.
    Beyond,
    Not,
}

/// Whether one sequence number is before another.
pub(super) const fn before(one: u32, other: u32) -> bool {
    (one.wrapping_sub(other) as i32) < 0
}

const fn after(one: u32, other: u32) -> bool {
    before(other, one)
}

impl End {
    /// What an end tells of itself in the options of a SYN. Only that nothing is refused for its
    /// numbers outlasts it.
    pub(super) fn read_options(&mut self, options: &[u8]) {
        if options.is_empty() {
            return;
        }
        (self.scale, self.scales, self.sack) = (0, false, false);
        (self.max_ack, self.closed_first, self.unacknowledged) = (None, false, false);
        for option in OptionIter::new(options).flatten() {
            match option {
                TcpOption::WindowScale(scale) => {
                    self.scale = scale.min(MOST_SCALE);
                    self.scales = true;
                }
                TcpOption::SackPermitted => self.sack = true,
                _ => {}
            }
        }
    }
}

/// The highest number that a segment acknowledges, selectively or not.
fn highest_ack(segment: &Segment<'_>) -> u32 {
    let mut highest = segment.ack;
    for option in OptionIter::new(segment.options).flatten() {
        let TcpOption::Sack(blocks) = option else {
            continue;
        };
        for block in blocks.chunks_exact(8) {
            let end = u32::from_be_bytes([block[4], block[5], block[6], block[7]]);
            let end = end.wrapping_sub(segment.shifted as u32);
            if after(end, highest) {
                highest = end;
            }
        }
    }
    highest
}

/// Whether a segment from one end to the other fits, and remembers what it tells (`tcp_in_window`).
pub(super) fn fits(
    (sender, receiver): (&mut End, &mut End),
    (state, direction): (State, Direction),
    segment: &Segment<'_>,
    liberal: bool,
) -> Window {
    let Segment {
        mut seq,
        mut ack,
        flags,
        mut end,
        ..
    } = *segment;
    let mut window = u32::from(segment.window);
    let mut sack = match receiver.sack {
        true => highest_ack(segment),
        false => ack,
    };
    let syn = flags.contains(Flags::SYN);
    let opens = matches!(state, State::SynSent | State::SynRecv);
    let alone = !flags.contains(Flags::ACK);
    if sender.max_window == 0 {
        begin((&mut *sender, &mut *receiver), direction, segment, sack);
        if syn && alone {
            return Window::Fits { counts: false }; // both ends open at once
        }
    } else if syn && after(end, sender.end) && opens {
        // The SYN is sent again with another number (RFC 9293 section 3.5).
        open((&mut *sender, &mut *receiver), direction, segment);
        if direction == Direction::Reply && alone {
            return Window::Fits { counts: false };
        }
    }
    let empty_reset = flags.contains(Flags::RST | Flags::ACK) && ack == 0;
    if alone || empty_reset {
        (ack, sack) = (receiver.end, receiver.end);
    }
    if flags.contains(Flags::RST) && seq == 0 && state == State::SynSent {
        (seq, end) = (sender.end, sender.end);
    }
    let oldest = receiver
        .end
        .wrapping_sub(sender.max_window.max(OLD_ACK))
        .wrapping_sub(1);
    let near = after(
        end,
        sender.end.wrapping_sub(receiver.max_window).wrapping_sub(1),
    );
    let acknowledges_known = before(sack, receiver.end.wrapping_add(1));
    let lies = if !before(seq, sender.max_end.wrapping_add(1)) {
        // What runs a little ahead of its window may be late news of a window that was not seen here.
        let ahead = end.wrapping_sub(sender.max_end).wrapping_add(1);
        let reaches = receiver.max_window != 0 && near && ahead <= receiver.max_window;
        if reaches && acknowledges_known && after(sack, oldest) {
            (sender.end, sender.unacknowledged) = (end, true);
            Window::Beyond
        } else {
            Window::Not
        }
    } else if !acknowledges_known {
        Window::Not
    } else if (receiver.max_window != 0 && !near) || !after(sack, oldest) {
        Window::Beyond // sent again, or very late
    } else {
        Window::Fits { counts: true }
    };
    if lies != (Window::Fits { counts: true }) {
        let let_through = liberal || sender.liberal;
        return match let_through {
            true => Window::Fits { counts: false },
            false => lies,
        };
    }
    if !syn {
        window <<= sender.scale;
    }
    sender.max_window = sender
        .max_window
        .max(window.saturating_add(sack.wrapping_sub(ack)));
    if after(end, sender.end) {
        sender.end = end;
        sender.unacknowledged = true;
    }
    if flags.contains(Flags::ACK) && sender.max_ack.is_none_or(|highest| after(ack, highest)) {
        sender.max_ack = Some(ack);
    }
    if receiver.max_window != 0 && after(end, sender.max_end) {
        let more = end.wrapping_sub(sender.max_end);
        receiver.max_window = receiver.max_window.saturating_add(more);
    }
    let allowed = sack.wrapping_add(window);
    if after(allowed, receiver.max_end.wrapping_sub(1)) {
        receiver.max_end = allowed.wrapping_add(u32::from(window == 0));
    }
    if ack == receiver.end {
        receiver.unacknowledged = false;
    }
    Window::Fits { counts: true }
}

/// The first segment of an end.
fn begin(
    (sender, receiver): (&mut End, &mut End),
    direction: Direction,
    segment: &Segment<'_>,
    sack: u32,
) {
    if segment.flags.contains(Flags::SYN) {
        return open((sender, receiver), direction, segment);
    }
    sender.end = segment.end;
    sender.max_window = (u32::from(segment.window) << sender.scale).max(1);
    sender.max_end = segment.end.wrapping_add(sender.max_window);
    if receiver.max_window == 0 {
        (receiver.end, receiver.max_end) = (sack, sack);
    } else if sack == receiver.end.wrapping_add(1) {
        // An answer to a SYN of which only the answer was seen.
        receiver.end = receiver.end.wrapping_add(1);
    }
}

/// A SYN of an end.
fn open((sender, receiver): (&mut End, &mut End), direction: Direction, segment: &Segment<'_>) {
    (sender.end, sender.max_end) = (segment.end, segment.end);
    sender.max_window = u32::from(segment.window).max(1);
    sender.read_options(segment.options);
    // Scales count only where both told one.
    if direction == Direction::Reply && !(sender.scales && receiver.scales) {
        (sender.scale, receiver.scale) = (0, 0);
    }
}
