//! Whoever is told of changes as they happen: `nft monitor`, `xtables-monitor`.

use crate::Context;
use crate::ip::words::{Failure, Outcome};
use netloom_model::notice::Notice;
use netloom_model::socket::SocketKind;
use netloom_model::{Errno, Time};

/// Has each notice told, until the world ends or somebody interrupts. Where more happened than there was room
/// for, `lost` is told; a command that has no word for that ends.
pub(crate) fn listen(
    cx: &mut Context<'_>,
    lost: Option<&str>,
    mut tell: impl FnMut(&Notice) -> String,
) -> Outcome<()> {
    let socket = cx.world.open(&cx.ns, SocketKind::Monitor)?;
    loop {
        let notice = match cx.world.next_notice(socket, Time::NEVER) {
            Ok(Some(notice)) => notice,
            Ok(None) => return Ok(()),
            Err(error) if error.errno == Errno::NOBUFS => {
                let Some(lost) = lost else {
                    let text = format!("mnl_socket_recvfrom: {}", error.errno.text());
                    return Err(Failure::new(text, 1));
                };
                writeln!(cx.out, "{lost}")?;
                cx.out.flush()?;
                continue;
            }
            Err(error) if error.errno == Errno::INTR => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let text = tell(&notice);
        if !text.is_empty() {
            cx.out.write_all(text.as_bytes())?;
            cx.out.flush()?;
        }
    }
}
