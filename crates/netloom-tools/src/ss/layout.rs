//! Columns as wide as what is in them, addresses aligned at the colon before their port.

/// One line of the table.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) queues: (String, String),
    pub(super) local: Address,
    pub(super) peer: Address,
    /// What else is told, with the blank or newline before it.
    pub(super) more: String,
}

/// An address and a port, and what is between them.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) address: String,
    pub(super) between: char,
    pub(super) port: String,
}

impl Default for Address {
    fn default() -> Address {
        Address {
            address: String::new(),
            between: ':',
            port: String::new(),
        }
    }
}

impl Address {
    pub(super) fn new(address: impl Into<String>, port: impl Into<String>) -> Address {
        Address {
            address: address.into(),
            port: port.into(),
            ..Address::default()
        }
    }

    /// Nobody: a star where the colon would be.
    pub(super) fn nobody() -> Address {
        Address {
            between: '*',
            ..Address::default()
        }
    }
}

/// The columns that are there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub(super) kind: bool,
    pub(super) state: bool,
    pub(super) heading: bool,
}

fn heading() -> Row {
    Row {
        kind: "Netid".to_owned(),
        state: "State".to_owned(),
        queues: ("Recv-Q".to_owned(), "Send-Q".to_owned()),
        local: Address::new("Local Address", "Port"),
        peer: Address::new("Peer Address", "Port"),
        more: "Process".to_owned(),
    }
}

/// The numbers of bytes have room for six digits even without a heading.
const QUEUE: usize = 6;

/// Lays rows out.
pub(super) fn table(mut rows: Vec<Row>, columns: Columns) -> String {
    if columns.heading {
        rows.insert(0, heading());
    }
    let width = |part: fn(&Row) -> &str| {
        let all = rows.iter().map(|row| part(row).chars().count());
        all.max().unwrap_or(0)
    };
    let (kind, state) = (width(|r| &r.kind), width(|r| &r.state));
    let queues = (width(|r| &r.queues.0), width(|r| &r.queues.1));
    let queues = (queues.0.max(QUEUE), queues.1.max(QUEUE));
    let local = (width(|r| &r.local.address), width(|r| &r.local.port));
    let peer = (width(|r| &r.peer.address), width(|r| &r.peer.port));
    // The last field of all comes when the width is known already.
    let told = &rows[..rows.len().saturating_sub(1)];
    let more = told.iter().map(|row| row.more.chars().count()).max();
    let more = more.unwrap_or(0);
    let mut text = String::new();
    for row in &rows {
        if columns.kind {
            text.push_str(&format!("{:<kind$} ", row.kind));
        }
        if columns.state {
            text.push_str(&format!("{:<state$} ", row.state));
        }
        text.push_str(&format!(
            "{:<2$} {:<3$} ",
            row.queues.0, row.queues.1, queues.0, queues.1
        ));
        for (address, widths, end) in [(&row.local, local, " "), (&row.peer, peer, "")] {
            text.push_str(&format!(
                "{:>3$}{}{:<4$}{end}",
                address.address, address.between, address.port, widths.0, widths.1
            ));
        }
        text.push_str(&format!("{:<more$}\n", row.more));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_meet_at_the_colon_and_the_last_field_widens_nothing() {
        let row = |address: &str, port: &str, more: &str| Row {
            state: "LISTEN".to_owned(),
            queues: ("0".to_owned(), "5".to_owned()),
            local: Address::new(address, port),
            peer: Address::new("0.0.0.0", "*"),
            more: more.to_owned(),
            ..Row::default()
        };
        let columns = Columns {
            kind: false,
            state: true,
            heading: true,
        };
        let rows = vec![row("10.0.0.1", "8080", ""), row("*", "9090", " users:(x)")];
        let expected = "\
State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
LISTEN 0      5           10.0.0.1:8080      0.0.0.0:*          
LISTEN 0      5                  *:9090      0.0.0.0:*    users:(x)
";
        assert_eq!(table(rows, columns), expected);
    }
}
