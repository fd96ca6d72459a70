//! A scripted name server on 127.0.0.1:53, for tests that are on an island.
//!
//! A script is a function from a question to what is answered. Answers that do not fit into a
//! datagram are told as cut, and asked for again over TCP, as in the world outside.

use std::{
    io::{Read, Write},
    net::{IpAddr, TcpListener, UdpSocket},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, without the last full stop.
    pub name: String,
    /// Whether IPv6 addresses are asked for; IPv4 otherwise.
    pub sixth: bool,
    /// The how manieth question for this name and family it is, from 1.
    pub number: usize,
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Says {
    /// These addresses, as far as they are of the family that was asked for.
    Addresses(Vec<IpAddr>),
    /// The name is another's, and that one this one's.
    Loop(&'static str),
    /// There is no such name.
    Unknown,
    /// The server cannot say (SERVFAIL).
    Failure,
    /// Nothing before this time, and then that there is no such name.
    Late(Duration),
}

/// What was asked so far.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<Vec<Question>>>);

impl Asked {
    /// Returns how often the IPv4 addresses of a name were asked for.
    pub fn times(&self, name: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|it| it.name == name && !it.sixth).count()
    }
}

type Script = dyn Fn(&Question) -> Says + Send + Sync;

/// Starts the server, which goes on as long as the test's process.
pub fn start(script: impl Fn(&Question) -> Says + Send + Sync + 'static) -> Asked {
    let (asked, script) = (Asked::default(), Arc::<Script>::from(Box::new(script) as Box<Script>));
    let datagrams = UdpSocket::bind("127.0.0.1:53").unwrap();
    let streams = TcpListener::bind("127.0.0.1:53").unwrap();
    let (over_udp, by_udp) = (asked.clone(), Arc::clone(&script));
    thread::spawn(move || {
        let mut packet = [0; 512];
        while let Ok((length, peer)) = datagrams.recv_from(&mut packet) {
            let query = packet[..length].to_vec();
            let says = over_udp.answer(&query, &*by_udp);
            let socket = datagrams.try_clone().unwrap();
            thread::spawn(move || {
                let mut answer = packed(&query, &says);
                if 512 < answer.len() {
                    answer = head(&query, 0x0200, 0);
                }
                socket.send_to(&answer, peer)
            });
        }
    });
    let over_tcp = asked.clone();
    thread::spawn(move || {
        for stream in streams.incoming() {
            let (mut stream, mut length) = (stream.unwrap(), [0; 2]);
            while stream.read_exact(&mut length).is_ok() {
                let mut query = vec![0; u16::from_be_bytes(length).into()];
                stream.read_exact(&mut query).unwrap();
                let answer = packed(&query, &over_tcp.answer(&query, &*script));
                let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                let _ = stream.write_all(&[&length[..], &answer].concat());
            }
        }
    });
    asked
}

impl Asked {
    fn answer(&self, query: &[u8], script: &Script) -> Says {
        let (name, end) = name_of(query);
        let sixth = query[end..end + 2] == [0, 28];
        let mut all = self.0.lock().unwrap();
        let number = all.iter().filter(|it| it.name == name && it.sixth == sixth).count() + 1;
        let question = Question { name, sixth, number };
        all.push(question.clone());
        drop(all);
        script(&question)
    }
}

/// Returns the name that is asked for, and where it ends.
fn name_of(query: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_lowercase());
        at = end;
    }
    (labels.join("."), at + 1)
}

/// Returns the start of an answer: the head with these flags and number of records, and the
/// question again.
fn head(query: &[u8], flags: u16, records: usize) -> Vec<u8> {
    let (_, end) = name_of(query);
    let mut answer = query[..2].to_vec();
    answer.extend_from_slice(&(0x8180 | flags).to_be_bytes());
    answer.extend_from_slice(&[0, 1]);
    answer.extend_from_slice(&u16::try_from(records).unwrap().to_be_bytes());
    answer.extend_from_slice(&[0, 0, 0, 0]);
    answer.extend_from_slice(&query[12..end + 4]);
    answer
}

fn packed(query: &[u8], says: &Says) -> Vec<u8> {
    /// The name of the question, told by where it stands.
    const ASKED: [u8; 2] = [0xc0, 12];
    let (_, end) = name_of(query);
    let sixth = query[end..end + 2] == [0, 28];
    match says {
        Says::Addresses(all) => {
            let records: Vec<_> = all.iter().filter(|it| it.is_ipv6() == sixth).collect();
            let mut answer = head(query, 0, records.len());
            for address in records {
                let (kind, data) = match address {
                    IpAddr::V4(it) => (1, it.octets().to_vec()),
                    IpAddr::V6(it) => (28, it.octets().to_vec()),
                };
                answer.extend(record(&ASKED, kind, &data));
            }
            answer
        }
        Says::Loop(other) => {
            let other = encoded(other);
            let mut answer = head(query, 0, 2);
            answer.extend(record(&ASKED, 5, &other));
            answer.extend(record(&other, 5, &ASKED));
            answer
        }
        Says::Unknown => head(query, 3, 0),
        Says::Failure => head(query, 2, 0),
        Says::Late(time) => {
            thread::sleep(*time);
            head(query, 3, 0)
        }
    }
}

fn encoded(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// Returns a record that nobody may keep (a time to live of 0).
fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [owner, &[0, kind, 0, 1, 0, 0, 0, 0], &length, data].concat()
}
