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

/// The case of a seed.
pub(crate) fn draw(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let versions = dice.weighted(&[(55, Versions::V4), (25, Versions::Both), (20, Versions::V6)]);
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
