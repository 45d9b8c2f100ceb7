//! Where packets go: lines of text, a capture file, or a mere count.

use std::fs::File;
use std::io::{BufWriter, Write};

use super::options::Options;
use super::print::{DeviceName, LinkType, Printer, ascii, hex, hex_and_ascii};
use super::time::Clock;
use super::{Failure, message_of};
use crate::capture_file::{Format, Interface, Packet, Writer};

pub(super) struct Output<'a> {
    options: &'a Options,
    printer: Printer,
    clock: Clock,
    file: Option<CaptureFile>,
    /// How many packets went out.
    pub(super) count: u64,
}

enum CaptureFile {
    Named(Writer<BufWriter<File>>),
    /// To standard output, collected until it is handed over.
    Standard(Writer<Vec<u8>>),
}

impl<'a> Output<'a> {
    /// Creates the file of `-w`, if any.
    pub(super) fn new(options: &'a Options, interfaces: &[Interface]) -> Result<Self, Failure> {
        let file = options.write.as_deref().map(|name| {
            let format = if options.pcapng {
                Format::Pcapng
            } else {
                Format::of_name(name)
            };
            let file = if name == "-" {
                Writer::new(format, Vec::new(), interfaces).map(CaptureFile::Standard)
            } else {
                File::create(name)
                    .and_then(|file| Writer::new(format, BufWriter::new(file), interfaces))
                    .map(CaptureFile::Named)
            };
            file.map_err(|error| Failure::new(format!("{name}: {}", message_of(&error))))
        });
        Ok(Self {
            options,
            printer: Printer::new(options.style.clone()),
            clock: Clock::new(options.time),
            file: file.transpose()?,
            count: 0,
        })
    }

    /// Whether as many packets went out as were asked for.
    pub(super) fn is_full(&self) -> bool {
        self.options.count.is_some_and(|count| self.count >= count)
    }

    /// Writes one packet.
    pub(super) fn packet(
        &mut self,
        out: &mut dyn Write,
        link: LinkType,
        device_name: DeviceName<'_>,
        packet: &Packet,
    ) -> Result<(), Failure> {
        self.count += 1;
        if let Some(file) = &mut self.file {
            match file {
                CaptureFile::Named(writer) => writer.write(packet),
                CaptureFile::Standard(writer) => writer.write(packet),
            }
            .map_err(Failure::Output)?;
            if self.options.packet_buffered {
                self.flush(out)?;
            }
        }
        let printed = self.file.is_none() || self.options.print_too;
        if printed && !self.options.only_count {
            let mut text = self.text(link, device_name, packet);
            text.push('\n');
            out.write_all(text.as_bytes()).map_err(Failure::Output)?;
        }
        Ok(())
    }

    fn text(&mut self, link: LinkType, device_name: DeviceName<'_>, packet: &Packet) -> String {
        let number = if self.options.numbered {
            format!("{:5}  ", self.count)
        } else {
            String::new()
        };
        let length = packet.original_len as usize;
        let line = self.printer.print(link, device_name, &packet.bytes, length);
        let mut text = format!("{number}{}{line}", self.clock.stamp(packet.at));
        let dump = self.options.dump;
        let payload = packet
            .bytes
            .get(link.header_len(&packet.bytes)..)
            .unwrap_or_default();
        let part = |times| {
            if times > 1 {
                packet.bytes.as_slice()
            } else {
                payload
            }
        };
        if dump.hex_and_ascii > 0 {
            hex_and_ascii(&mut text, "\n\t", part(dump.hex_and_ascii));
        } else if dump.hex > 0 {
            hex(&mut text, "\n\t", part(dump.hex));
        } else if dump.ascii > 0 {
            ascii(&mut text, part(dump.ascii));
        }
        text
    }

    /// Hands over everything written so far.
    pub(super) fn flush(&mut self, out: &mut dyn Write) -> Result<(), Failure> {
        match &mut self.file {
            Some(CaptureFile::Named(writer)) => writer.flush(),
            Some(CaptureFile::Standard(writer)) => {
                let bytes = std::mem::take(writer.output_mut());
                out.write_all(&bytes).and_then(|()| out.flush())
            }
            None => out.flush(),
        }
        .map_err(Failure::Output)
    }
}
