//! `-r`: packets of a capture file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};

use super::options::Options;
use super::output::Output;
use super::print::LinkType;
use super::{Failure, devices, filter, message_of, nflog};
use crate::Context;
use crate::capture_file::{Error, Interface, MAX_PACKET, Reader};

pub(super) fn run(cx: &mut Context<'_>, options: &Options, name: &str) -> Result<(), Failure> {
    let mut reader = Reader::new(open(cx, name)?).map_err(|error| unreadable(&error))?;
    let interfaces = reader.interfaces().to_vec();
    let link = link_type(interfaces.first())?;
    let snapshot_len = interfaces
        .first()
        .map_or(MAX_PACKET, |first| first.snapshot_len);
    let (short, long) = link.names();
    let _ = writeln!(
        cx.err,
        "reading from file {name}, link-type {short} ({long}), snapshot length {snapshot_len}"
    );
    let mut names = BTreeMap::new();
    if link == LinkType::LinuxSll2 {
        let _ = writeln!(cx.err, "Warning: interface names might be incorrect");
        names.extend(
            devices::links(cx)?
                .into_iter()
                .map(|link| (link.index, link.name)),
        );
    }
    let device_name = |index| {
        names
            .get(&index)
            .cloned()
            .unwrap_or_else(|| format!("if{index}"))
    };
    nflog::refuse_filter(options, link)?;
    let filter = filter(options)?;
    let mut output = Output::new(options, &interfaces)?;
    let ended = loop {
        if output.is_full() {
            break Ok(());
        }
        let mut packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break Ok(()),
            Err(error) => break Err(unreadable(&error)),
        };
        let interface = reader.interfaces().get(packet.interface as usize);
        let link = link_type(interface)?;
        if filter.matches(link, &packet.bytes, packet.original_len as usize) {
            packet.bytes.truncate(options.snapshot_len as usize);
            output.packet(cx.out, link, &device_name, &packet)?;
        }
    };
    output.flush(cx.out)?;
    if options.only_count {
        let plural = if output.count == 1 { "" } else { "s" };
        writeln!(cx.out, "{} packet{plural}", output.count).map_err(Failure::Output)?;
    }
    ended
}

fn open(cx: &mut Context<'_>, name: &str) -> Result<Box<dyn Read>, Failure> {
    if name == "-" {
        // Copied, for output goes on while input is read.
        let mut bytes = Vec::new();
        cx.stdin
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::new(message_of(&error)))?;
        return Ok(Box::new(Cursor::new(bytes)));
    }
    let file = File::open(name)
        .map_err(|error| Failure::new(format!("{name}: {}", message_of(&error))))?;
    Ok(Box::new(BufReader::new(file)))
}

fn unreadable(error: &Error) -> Failure {
    match error {
        Error::Io(error) => Failure::new(message_of(error)),
        other => Failure::new(other.to_string()),
    }
}

fn link_type(interface: Option<&Interface>) -> Result<LinkType, Failure> {
    let number = interface.map_or(1, |interface| interface.link_type);
    LinkType::from_number(number).ok_or_else(|| {
        Failure::new(format!(
            "packet printing is not supported for link type {number}: use -w"
        ))
    })
}
