//! Networks of several namespaces, read and made again: see [`crate::again`].

use crate::again;
use crate::apart::Apart;
use crate::case::{Case, Line};
use crate::draw;
use crate::fewer::fewer;
use crate::kernel::Outside;
use crate::play::play;
use crate::rebuild::Host;
use core::fmt;
use core::time::Duration;
use netloom_model::State;

/// How many are drawn.
pub(crate) const NETWORKS: u64 = 60;

/// A network without packets.
pub(crate) struct Network(Case);

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.0.lines.iter();
        lines.try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl Host for Network {
    const NAMED: &'static [u64] = &[1_000_023, 1_000_050, 1_000_059, 1_000_069, 1_000_099];

    fn draw(seed: u64) -> Network {
        let mut case = draw::draw(seed);
        case.lines
            .retain(|line| !matches!(line, Line::Probe(_) | Line::Pause(_)));
        Network(case)
    }

    fn build(&self, apart: &Apart) -> Result<State, String> {
        let mut kernel = Outside::new(apart, Duration::ZERO);
        play(&mut kernel, &self.0, None);
        apart.home().map_err(|error| error.to_string())?;
        again::rest(again::read)
    }

    fn smaller(self, still: &mut dyn FnMut(&Network) -> bool) -> Network {
        let lines = fewer(self.0.lines, |lines| {
            let lines = lines.to_vec();
            still(&Network(Case { lines }))
        });
        Network(Case { lines })
    }
}
