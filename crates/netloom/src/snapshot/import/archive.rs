//! Archives: tar(5) in the forms of POSIX.1-1988 (ustar), pax and GNU, by itself or compressed by gzip
//! or xz. Only the files that are wanted are kept.

use crate::snapshot::file::{GZIP, LIMIT, too_long};
use std::io::{self, BufReader, Cursor, Read};

/// The size of everything in an archive.
const BLOCK: usize = 512;

/// A file that is longer is not kept: no command prints so much of a network.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How xz begins.
const XZ: [u8; 6] = [0xfd, b'7', b'z', b'X', b'Z', 0];

/// What xz may use for its dictionary, in KiB.
const XZ_MEMORY: u32 = 512 * 1024;

/// Whether a file is an archive, by how it begins.
pub(super) fn is_archive(head: &[u8]) -> bool {
    if head.starts_with(&XZ) {
        return true;
    }
    let mut first = [0; BLOCK];
    let read = opened(head).and_then(|mut reader| reader.read_exact(&mut first));
    read.is_ok() && first[257..262] == *b"ustar"
}

/// What a file holds, without its compression.
fn opened<'a>(mut from: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut begin = Vec::new();
    from.by_ref()
        .take(XZ.len() as u64)
        .read_to_end(&mut begin)?;
    let (is_xz, is_gzip) = (begin == XZ, begin.starts_with(&GZIP));
    let whole = BufReader::new(Cursor::new(begin).chain(from));
    Ok(match (is_xz, is_gzip) {
        (true, _) => Box::new(lzma_rust2::XzReader::new_mem_limit(whole, true, XZ_MEMORY)),
        (false, true) => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        (false, false) => Box::new(whole),
    })
}

/// The files of an archive that are wanted, by their names.
///
/// # Errors
/// A sentence: it is damaged.
pub(super) fn files(
    from: impl Read,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, Vec<u8>)>, String> {
    let damaged = |error: io::Error| match error.kind() {
        io::ErrorKind::FileTooLarge => error.to_string(),
        _ => format!("the archive is damaged: {error}"),
    };
    let mut archive = Archive {
        reader: opened(from).map_err(damaged)?,
    };
    let mut files = Vec::new();
    let mut kept = 0;
    let mut long_name = None;
    while let Some(header) = archive.header().map_err(damaged)? {
        let name = long_name.take().unwrap_or_else(|| header.name.clone());
        match header.kind {
            // A long name of GNU, and one among other properties of pax, are those of the next file.
            b'L' => {
                let name = archive.content(header.size).map_err(damaged)?;
                long_name = Some(text(&name));
            }
            b'x' => {
                let content = archive.content(header.size).map_err(damaged)?;
                long_name = pax_path(&content);
            }
            b'0' | 0 if wanted(&name) && header.size <= LARGEST => {
                kept += header.size;
                if kept > LIMIT {
                    return Err(damaged(too_long()));
                }
                files.push((name, archive.content(header.size).map_err(damaged)?));
            }
            _ => archive.skip(header.size).map_err(damaged)?,
        }
    }
    Ok(files)
}

struct Archive<'a> {
    reader: Box<dyn Read + 'a>,
}

struct Header {
    name: String,
    size: u64,
    kind: u8,
}

impl Archive<'_> {
    /// The next header; none at the end.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut block = [0; BLOCK];
        if self.reader.read(&mut block[..1])? == 0 {
            return Ok(None);
        }
        self.reader.read_exact(&mut block[1..])?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        if block[257..262] != *b"ustar" {
            return Err(wrong("a header is missing"));
        }
        let size = octal(&block[124..136]).ok_or_else(|| wrong("a size is no number"))?;
        let (name, prefix) = (text(&block[..100]), text(&block[345..500]));
        let posix = block[262] == 0;
        let name = match posix && !prefix.is_empty() {
            true => format!("{prefix}/{name}"),
            false => name,
        };
        Ok(Some(Header {
            name,
            size,
            kind: block[156],
        }))
    }

    /// What a header announced.
    fn content(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        let read = self
            .reader
            .by_ref()
            .take(size.min(LARGEST))
            .read_to_end(&mut content)?;
        if (read as u64) < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.skip_to(size, 0)?;
        Ok(content)
    }

    fn skip(&mut self, size: u64) -> io::Result<()> {
        self.skip_to(size, size)
    }

    /// Skips the rest of some content, and what fills its last block.
    fn skip_to(&mut self, size: u64, rest: u64) -> io::Result<()> {
        let filling = size.next_multiple_of(BLOCK as u64) - size;
        let skipped = io::copy(
            &mut self.reader.by_ref().take(rest + filling),
            &mut io::sink(),
        )?;
        match skipped == rest + filling {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// A text that may end before its field does.
fn text(field: &[u8]) -> String {
    let text = field.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// A number of octal digits; of no more than 2^40, which no file has.
fn octal(field: &[u8]) -> Option<u64> {
    let text = text(field);
    let number = u64::from_str_radix(text.trim(), 8).ok()?;
    (number < 1 << 40).then_some(number)
}

/// `25 path=NAME\n`, among other properties.
fn pax_path(content: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(content);
    let mut paths = text.lines().filter_map(|line| {
        let (_, property) = line.split_once(' ')?;
        property.strip_prefix("path=").map(str::to_owned)
    });
    paths.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header and its content, as tar(1) writes them.
    pub(crate) fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        let size = format!("{:011o}", content.len());
        block[124..135].copy_from_slice(size.as_bytes());
        block[156] = kind;
        block[257..263].copy_from_slice(b"ustar\0");
        block.extend(content);
        block.resize(block.len().next_multiple_of(BLOCK), 0);
        block
    }

    #[test]
    fn the_files_that_are_wanted_are_kept_by_their_whole_names() {
        let long = format!("report/{}", "x".repeat(120));
        let mut bytes = member("report", b'5', b"");
        bytes.extend(member("report/one", b'0', b"1"));
        bytes.extend(member("report/other", b'0', &[7; 700]));
        bytes.extend(member(
            "././@LongLink",
            b'L',
            format!("{long}\0").as_bytes(),
        ));
        bytes.extend(member("report/xxx", b'0', b"long"));
        bytes.extend(member("pax", b'x', b"20 path=report/pax\n9 uid=0\n"));
        bytes.extend(member("report/p", b'0', b"of pax"));
        bytes.extend([0; 1024]);
        assert!(is_archive(&bytes));
        let files = files(&*bytes, &|name| name != "report/other").unwrap();
        let found: Vec<(&str, &[u8])> = (files.iter())
            .map(|(name, content)| (name.as_str(), &content[..]))
            .collect();
        let expected: [(&str, &[u8]); 3] = [
            ("report/one", b"1"),
            (&long, b"long"),
            ("report/pax", b"of pax"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn damaged_archives_end_nothing() {
        let mut bytes = member("report/sos_commands/one", b'0', &[b'a'; 600]);
        bytes.extend(member("././@LongLink", b'L', b"long\0"));
        bytes.extend(member("x", b'x', b"9 path=a\n"));
        bytes.extend(member("two", b'0', b"b"));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut gzip, &bytes).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut damage = crate::snapshot::Damage::new(5);
        for round in 0..crate::snapshot::Damage::rounds(500) {
            let damaged = damage.bytes(if round % 2 == 0 { &bytes } else { &gzip });
            let _ = files(&*damaged, &|_| true);
            let mut xz = XZ.to_vec();
            xz.extend(&damaged);
            let _ = files(&*xz, &|_| true);
        }
    }

    #[test]
    fn a_damaged_archive_is_refused_wherever_it_ends() {
        let mut bytes = member("one", b'0', &[b'a'; 600]);
        bytes.extend(member("two", b'0', b"b"));
        for end in [1, 300, 513, 1_200, 1_600] {
            assert!(files(&bytes[..end], &|_| true).is_err(), "{end}");
        }
        let mut no_header = bytes.clone();
        no_header[512 + 1024 + 257] = b'x';
        let said = files(&*no_header, &|_| true).unwrap_err();
        assert!(said.contains("a header is missing"), "{said}");
        bytes[124] = b'z';
        assert!(files(&*bytes, &|_| true).is_err());
    }
}
