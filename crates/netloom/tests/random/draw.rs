//! Drawing a case: a network that works, then what somebody did to it, then who sends what to whom.

mod change;
mod net;
mod probe;

use crate::case::{Case, Line};
use crate::dice::Dice;
use net::Net;

/// Which versions of IP a case has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Versions {
    V4,
    Both,
    V6,
}

impl Versions {
    /// The first thing that is drawn.
    fn draw(dice: &mut Dice) -> Versions {
        dice.weighted(&[(55, Versions::V4), (25, Versions::Both), (20, Versions::V6)])
    }
}

/// Whether there is IPv6 in the case of a seed.
pub(crate) fn has_v6(seed: u64) -> bool {
    Versions::draw(&mut Dice::new(seed)) != Versions::V4
}

/// The case of a seed.
pub(crate) fn draw(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let versions = Versions::draw(&mut dice);
    let net = Net::draw(&mut dice, versions);
    let mut lines = net.build(&mut dice);
    let changes = dice.weighted(&[(15, 0), (25, 1), (25, 2), (20, 3), (10, 5), (5, 8)]);
    let mut paced = false;
    for _ in 0..changes {
        paced |= change::draw(&mut dice, &net, &mut lines);
    }
    // Now and then something changes while packets are about.
    let moving = dice.chance(20);
    for _ in 0..4 + dice.below(6) {
        if moving && dice.chance(30) {
            paced |= change::draw(&mut dice, &net, &mut lines);
        }
        if paced {
            lines.push(Line::Pause(350));
        }
        lines.push(Line::Probe(probe::draw(&mut dice, &net)));
    }
    Case { lines }
}
