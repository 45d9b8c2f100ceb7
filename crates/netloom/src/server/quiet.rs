//! Virtual time: when everybody sleeps, the clock jumps to the next event.
//!
//! Everybody is every program that is connected, every process that descends from one, and every
//! process that descends from the server's own (the script that `netloom run` runs). They all
//! sleep if nothing unread is left, and two looks at their threads find them asleep and find that
//! none has run in between (see [`Asleep`]). So a `ping &` does not run ahead of a shell that
//! computes or is about to start the next command. Somebody must wait for the world, too: time
//! does not run away while a script waits for something outside.

use super::Server;
use super::connection::Connection;
use crate::process::{self, Asleep};
use netloom_model::Time;
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

/// Between the two looks.
const BETWEEN_LOOKS: Duration = Duration::from_micros(300);
/// Before looking again at somebody who was busy; a quarter of it at first.
const BUSY: Duration = Duration::from_millis(4);

impl Server {
    /// Waits for programs, or lets time go on if everybody else does.
    pub(super) fn virtual_turn(&mut self) -> io::Result<()> {
        let mut pause = BUSY / 4;
        loop {
            let next = self.next_moment();
            let waited_for = self.connections.values().any(|c| c.deadline().is_some());
            if next == Time::NEVER || !waited_for {
                return self.turn(None).map(|_| ());
            }
            if self.turn(Some(Duration::ZERO))? {
                return Ok(());
            }
            if self.all_sleep()? {
                break;
            }
            if self.turn(Some(pause))? {
                return Ok(());
            }
            pause = BUSY.min(pause * 2);
        }
        // As long as nobody is answered, nobody wakes up, and everybody still sleeps.
        loop {
            let next = self.next_moment();
            self.clock.jump(next);
            if next == Time::NEVER || self.settle() || self.turn(Some(self.courtesy()))? {
                return Ok(());
            }
        }
    }

    /// How long to look for newcomers between two jumps. Where nobody waits with an end in sight,
    /// the engine's own timers go on without haste.
    fn courtesy(&self) -> Duration {
        let ends =
            (self.connections.values()).any(|c| c.deadline().is_some_and(|d| d < Time::NEVER));
        if ends { Duration::ZERO } else { BUSY / 4 }
    }

    /// Whether there was a moment just now when everybody slept and had said nothing.
    fn all_sleep(&mut self) -> io::Result<bool> {
        let everybody = self.everybody();
        let Some(asleep) = Asleep::see(&everybody) else {
            return Ok(false);
        };
        if self.turn(Some(BETWEEN_LOOKS))? {
            return Ok(false);
        }
        // Who was born before its parent was first seen asleep is missing in the first list.
        Ok(self.everybody() == everybody && asleep.still() && !self.turn(Some(Duration::ZERO))?)
    }

    /// The processes that time waits for.
    fn everybody(&self) -> BTreeSet<u32> {
        let own = std::process::id();
        let connected = self.connections.values().filter_map(Connection::pid);
        let roots: Vec<u32> = connected.chain([own]).collect();
        let mut everybody: BTreeSet<u32> = process::descendants(&roots).into_iter().collect();
        everybody.extend(roots);
        everybody.remove(&own);
        everybody
    }
}
