//! `ss -s`: how many sockets there are.

use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::ListedSocket;

/// The summary of a namespace's sockets.
pub(super) fn of(sockets: &[ListedSocket]) -> String {
    let count = |is: &dyn Fn(&ListedSocket) -> bool| sockets.iter().filter(|s| is(s)).count();
    let waits = count(&|s| s.state == TcpState::TimeWait);
    let connected = count(&ListedSocket::is_connected);
    let orphans =
        count(&|s| s.kind.is_tcp() && s.client.is_none() && s.state != TcpState::TimeWait);
    let tcp = |v6| count(&|s| kind_is(s, v6, SocketKind::is_tcp) && s.state != TcpState::TimeWait);
    let udp = |v6| count(&|s| kind_is(s, v6, |k| matches!(k, SocketKind::Udp | SocketKind::Udp6)));
    let raw = |v6| {
        let is_raw = |k| matches!(k, SocketKind::Raw(_) | SocketKind::Raw6(_));
        count(&|s| kind_is(s, v6, is_raw))
    };
    let rows = [
        ("RAW", raw(false), raw(true)),
        ("UDP", udp(false), udp(true)),
        ("TCP", tcp(false), tcp(true)),
    ];
    let all = (
        rows.iter().map(|(_, v4, _)| v4).sum(),
        rows.iter().map(|(.., v6)| v6).sum(),
    );
    let total = tcp(false) + tcp(true) + waits;
    let mut text = format!(
        "Total: {}\nTCP:   {total} (estab {connected}, closed {waits}, orphaned {orphans}, \
         timewait {waits})\n\nTransport Total     IP        IPv6\n",
        sockets.len() - waits
    );
    let inet = ("INET", all.0, all.1);
    for (name, v4, v6) in rows.into_iter().chain([inet, ("FRAG", 0, 0)]) {
        let both: usize = v4 + v6;
        text.push_str(&format!("{name}\t  {both:<9} {v4:<9} {v6:<9}\n"));
    }
    text.push('\n');
    text
}

fn kind_is(socket: &ListedSocket, v6: bool, is: impl Fn(SocketKind) -> bool) -> bool {
    is(socket.kind) && socket.kind.is_v6() == v6
}
