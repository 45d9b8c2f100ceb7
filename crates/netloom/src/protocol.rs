//! How a program and its world talk: frames over a unix stream socket.
//!
//! A frame is a little-endian 32-bit length and that many bytes. The first frame in each direction
//! is a greeting that begins with [`GREETING`], in a form that any version of netloom can read;
//! after it the program sends one [`Ask`] at a time and gets one `Result<Reply>` for each
//! [`Ask::Request`]. Both are encoded by postcard.

use netloom_model::{Errno, Error, NsName, Reply, Request};
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::time::{Duration, SystemTime};

/// How the first frame of either side begins: what it is, and which version speaks.
pub const GREETING: &str = concat!("netloom/", env!("CARGO_PKG_VERSION"), "\n");

/// The longest frame that a world takes.
pub const MAX_ASK: usize = 64 << 20;

/// The longest frame that a program takes.
pub const MAX_ANSWER: usize = 1 << 30;

/// What a program sends after its greeting.
#[derive(Debug, Serialize, Deserialize)]
pub enum Ask {
    /// A request; it is answered by one reply.
    Request(Request),
    /// The request under way need not wait any longer: it ends with `EINTR`. Without one it is
    /// too late and means nothing.
    Cancel,
    /// The world shall end.
    Stop,
}

/// What a world says of itself, after its greeting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Welcome {
    /// The world's name.
    pub name: String,
    /// The process that holds it.
    pub pid: u32,
    /// Whether its clock jumps over idle time.
    pub virtual_time: bool,
    /// The wall clock when its clock stood at zero, since 1970; made up under virtual time.
    pub epoch: Duration,
    /// The wall clock when it was started, since 1970.
    pub started: Duration,
    /// The namespace in which commands begin.
    pub begins: NsName,
}

impl Welcome {
    /// The wall clock when the world's clock stood at zero.
    pub fn epoch(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.epoch
    }
}

/// The answer to an [`Ask::Request`].
pub type Answer = netloom_model::Result<Reply>;

/// A frame that holds `payload`.
pub fn frame(payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let mut frame = Vec::with_capacity(4 + payload.len());
    frame.extend_from_slice(&len.to_le_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A frame that holds `message`.
///
/// # Errors
/// `EMSGSIZE` if it would be longer than `limit`.
pub fn encode<T: Serialize>(message: &T, limit: usize) -> netloom_model::Result<Vec<u8>> {
    let bytes = postcard::to_extend(message, vec![0; 4])
        .map_err(|e| Error::with(Errno::PROTO, format!("cannot encode a message: {e}")))?;
    let len = bytes.len() - 4;
    if len > limit {
        let text = format!("a message of {len} bytes is longer than the {limit} that are taken");
        return Err(Error::with(Errno::MSGSIZE, text));
    }
    let mut bytes = bytes;
    bytes[..4].copy_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
    Ok(bytes)
}

/// Puts frames together from what comes in.
#[derive(Debug)]
pub struct Frames {
    buffer: Vec<u8>,
    limit: usize,
}

/// A frame that claims to be longer than allowed.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong(pub usize);

impl Frames {
    /// Nothing yet; frames may be `limit` bytes long.
    pub const fn new(limit: usize) -> Frames {
        Frames {
            buffer: Vec::new(),
            limit,
        }
    }

    /// Reads once from `stream`: how many bytes came, zero at its end.
    pub fn fill(&mut self, mut stream: impl Read) -> io::Result<usize> {
        // What is reserved grows with what really came, whatever length was claimed.
        let old = self.buffer.len();
        self.buffer.resize(old + old.clamp(16 << 10, 4 << 20), 0);
        let read = stream.read(&mut self.buffer[old..]);
        self.buffer.truncate(old + *read.as_ref().unwrap_or(&0));
        read
    }

    /// The payload of the next frame, if it is whole.
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, TooLong> {
        let Some((head, rest)) = self.buffer.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let len = u32::from_le_bytes(*head) as usize;
        if len > self.limit {
            return Err(TooLong(len));
        }
        let Some(payload) = rest.get(..len) else {
            return Ok(None);
        };
        let payload = payload.to_vec();
        self.buffer.drain(..4 + len);
        Ok(Some(payload))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_being_sent_byte_by_byte() {
        let sent = encode(&Ask::Request(Request::Now), MAX_ASK).unwrap();
        let mut frames = Frames::new(MAX_ASK);
        for (i, byte) in sent.iter().enumerate() {
            assert_eq!(frames.next(), Ok(None), "before byte {i}");
            frames.fill([*byte].as_slice()).unwrap();
        }
        let payload = frames.next().unwrap().unwrap();
        assert!(matches!(
            postcard::from_bytes(&payload),
            Ok(Ask::Request(Request::Now))
        ));
        assert_eq!(frames.next(), Ok(None));
    }

    #[test]
    fn two_frames_in_one_read_are_two_frames() {
        let mut frames = Frames::new(MAX_ASK);
        let both = [frame(b"one"), frame(b"")].concat();
        frames.fill(both.as_slice()).unwrap();
        assert_eq!(frames.next(), Ok(Some(b"one".to_vec())));
        assert_eq!(frames.next(), Ok(Some(Vec::new())));
        assert_eq!(frames.next(), Ok(None));
    }

    #[test]
    fn a_frame_beyond_the_limit_is_refused_before_it_comes() {
        let mut frames = Frames::new(100);
        frames.fill(101_u32.to_le_bytes().as_slice()).unwrap();
        assert_eq!(frames.next(), Err(TooLong(101)));
    }

    #[test]
    fn a_message_beyond_the_limit_is_an_error() {
        let request = Request::Send {
            socket: netloom_model::socket::SocketId(1),
            to: None,
            data: vec![0; 200],
        };
        let error = encode(&Ask::Request(request), 100).unwrap_err();
        assert_eq!(error.errno, Errno::MSGSIZE);
    }
}
