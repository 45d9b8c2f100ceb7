//! What a kernel may answer, said by another end of a pair of sockets, and by the kernel itself.

use super::*;
use netloom_netlink::message::HEADER;
use std::os::fd::{FromRawFd, IntoRawFd};
use std::os::unix::net::UnixDatagram;
use std::thread::{self, JoinHandle};

const KIND: u16 = kind::LINK;

/// What is said instead of the number of a request, by one who answers an older one.
const OLDER: u32 = 1000;

/// One answer: its kind, its flags, what is taken from the number of the request, its body.
pub(crate) type Answer = (u16, u16, u32, Vec<u8>);

fn part(byte: u8, flags: u16) -> Answer {
    (KIND, flag::MULTI | flags, 0, vec![byte; 4])
}

pub(crate) fn done() -> Answer {
    (kind::DONE, flag::MULTI, 0, vec![0; 4])
}

fn error(errno: Errno) -> Answer {
    let mut body = (-errno.0).to_le_bytes().to_vec();
    body.extend([0; HEADER]);
    (kind::ERROR, flag::CAPPED, 0, body)
}

/// A socket of one whom these answers are told, request by request; how many requests there were.
pub(crate) fn told(answers: Vec<Vec<Answer>>) -> (Netlink, JoinHandle<usize>) {
    let (own, other) = UnixDatagram::pair().expect("a pair of sockets");
    // SAFETY: the file is open, and nobody else has it any more.
    #[allow(unsafe_code, reason = "a socket is made of a file in no other way")]
    let socket = unsafe { Socket::from_raw_fd(own.into_raw_fd()) };
    let netlink = Netlink {
        socket,
        sequence: 0,
        buffer: vec![0; ROOM],
    };
    let kernel = thread::spawn(move || {
        let mut room = [0; 1024];
        let mut asked = 0;
        for answers in answers {
            let Ok(len @ HEADER..) = other.recv(&mut room) else {
                break;
            };
            asked += 1;
            let request = Messages::new(&room[..len], 0).next();
            let sequence = request.expect("a request").expect("whole").sequence;
            for (kind, flags, before, body) in answers {
                let mut message = Writer::new(&body).message(kind, flags).unwrap();
                netloom_netlink::message::number(&mut message, sequence.wrapping_sub(before));
                other.send(&message).expect("it is heard");
            }
        }
        asked
    });
    (netlink, kernel)
}

/// What all there is comes to, by the first byte of each, and how often it was asked for.
fn dumped(answers: Vec<Vec<Answer>>) -> (Result<Vec<u8>>, usize) {
    let (mut netlink, kernel) = told(answers);
    let body = Writer::new(&[0; 4]);
    let found = netlink.dump(KIND + kind::GET, &body, |body| body.first().copied());
    drop(netlink);
    (found, kernel.join().expect("it answered"))
}

#[test]
fn messages_of_a_batch_begin_at_multiples_of_four() {
    let mut batch = Batch::default();
    assert_eq!(batch.push(&[1; 17]), 0);
    assert_eq!(batch.push(&[2; 16]), 1);
    assert_eq!((batch.at, batch.bytes.len()), (vec![0, 20], 36));
}

#[test]
fn what_changed_while_it_was_told_is_asked_for_again() {
    let changed = vec![part(1, 0), part(2, flag::INTERRUPTED), done()];
    let whole = vec![part(3, 0), part(4, 0), done()];
    assert_eq!(dumped(vec![changed, whole]), (Ok(vec![3, 4]), 2));
}

#[test]
fn a_change_that_only_the_end_tells_of_is_one_as_well() {
    let (kind, flags, before, body) = done();
    let end = (kind, flags | flag::INTERRUPTED, before, body);
    let (changed, whole) = (vec![part(1, 0), end], vec![part(2, 0), done()]);
    assert_eq!(dumped(vec![changed, whole]), (Ok(vec![2]), 2));
}

#[test]
fn a_question_that_was_interrupted_or_met_another_is_asked_again() {
    for errno in [Errno::INTR, Errno::BUSY] {
        let whole = vec![part(1, 0), done()];
        assert_eq!(dumped(vec![vec![error(errno)], whole]), (Ok(vec![1]), 2));
    }
}

#[test]
fn what_changes_each_time_is_taken_as_it_was_told_last() {
    let changed = |n| vec![part(n, flag::INTERRUPTED), done()];
    let all = (0..PATIENCE).map(|n| changed(n as u8)).collect();
    assert_eq!(dumped(all), (Ok(vec![PATIENCE as u8 - 1]), PATIENCE));
}

#[test]
fn what_is_never_told_to_its_end_is_given_up() {
    let all = (0..PATIENCE).map(|_| vec![error(Errno::INTR)]).collect();
    assert_eq!(dumped(all), (Err(Errno::AGAIN.into()), PATIENCE));
}

#[test]
fn other_refusals_are_told_at_once() {
    let refused = vec![vec![error(Errno::PERM)]];
    assert_eq!(dumped(refused), (Err(Errno::PERM.into()), 1));
}

#[test]
fn answers_to_older_questions_are_passed_over() {
    let (kind, flags, _, body) = part(9, 0);
    let older = (kind, flags, OLDER, body);
    let (kind, flags, _, body) = done();
    let ended = (kind, flags, OLDER, body);
    let answers = vec![older, ended, part(1, 0), done()];
    assert_eq!(dumped(vec![answers]), (Ok(vec![1]), 1));
}

#[test]
fn what_is_no_message_is_an_error() {
    let (mut netlink, kernel) = told(vec![vec![(KIND, 0, 0, vec![0; 4])]]);
    let asked = netlink.ask(KIND + kind::GET, Writer::new(&[0; 4]), |_| Some(()));
    assert_eq!(asked, Ok(Some(())));
    drop(kernel.join());
    let (own, other) = UnixDatagram::pair().expect("a pair of sockets");
    // SAFETY: the file is open, and nobody else has it any more.
    #[allow(unsafe_code, reason = "a socket is made of a file in no other way")]
    let socket = unsafe { Socket::from_raw_fd(own.into_raw_fd()) };
    netlink.socket = socket;
    other.send(&[9; 7]).expect("it is heard");
    let asked = netlink.ask(KIND + kind::GET, Writer::new(&[0; 4]), |_| Some(()));
    assert_eq!(asked, Err(Errno::PROTO.into()));
}

/// Links, asked for of the kernel itself, which anybody may.
fn links(netlink: &mut Netlink) -> Result<usize> {
    let asked = netloom_netlink::link::ask(None);
    let found = netlink.dump(KIND + kind::GET, &asked, |_| Some(()));
    found.map(|found| found.len())
}

#[test]
fn a_question_whose_answer_nobody_heard_does_not_stand_in_the_way() {
    let mut netlink = Netlink::open(Protocol::Route).expect("a socket");
    let asked = netloom_netlink::link::ask(None);
    let sent = netlink.send(KIND + kind::GET, flag::REQUEST | flag::DUMP, asked);
    assert_eq!(sent, Ok(()));
    assert!(links(&mut netlink).expect("links") >= 1);
}

#[test]
fn answers_that_are_lost_are_told() {
    /// How many are asked, none of which is there: each is refused.
    const MANY: usize = 2000;
    let mut netlink = Netlink::open(Protocol::Route).expect("a socket");
    sockopt::set_socket_recv_buffer_size(&netlink.socket, 1).expect("a small buffer");
    let mut batch = Batch::default();
    for _ in 0..MANY {
        let asked = netloom_netlink::link::name(u32::MAX >> 1);
        batch.push(&asked.message(KIND + kind::GET, flag::REQUEST).unwrap());
    }
    let told = netlink.batch(batch, &mut |_, _| ());
    assert_eq!(told, Err(Errno::NOBUFS.into()));
    // The socket is good for others still.
    assert!(links(&mut netlink).expect("links") >= 1);
}
