//! What a client does, as text.
//!
//! | word | |
//! |---|---|
//! | `{cut}` | what follows is sent in a call of its own |
//! | `{wait}` | something is received first, or nothing for a moment |
//! | `{half-close}` | nothing more is sent; the same as the end |
//! | `{leave}` | closes without reading what comes; what follows is nothing |
//! | `{static}` | anywhere: the other server, without programs and writes, in its sandbox |
//!
//! A line end right behind a word belongs to it, as in the transcripts of the suite.
//! Any other brace is a byte that is sent.

pub struct Script {
    pub steps: Vec<Step>,
    pub end: End,
    pub is_static: bool,
}

pub enum Step {
    Send(Vec<u8>),
    Wait,
}

#[derive(PartialEq, Eq)]
pub enum End {
    Read,
    Leave,
}

/// More of them would only take time.
const WAITS: usize = 3;

const WORDS: [&[u8]; 5] = [b"{cut}", b"{wait}", b"{half-close}", b"{leave}", b"{static}"];

pub fn read(mut data: &[u8]) -> Script {
    let mut script = Script { steps: Vec::new(), end: End::Read, is_static: false };
    let mut bytes = Vec::new();
    let mut waits = 0;
    while let Some(&byte) = data.first() {
        let Some(word) = WORDS.iter().find(|word| data.starts_with(word)) else {
            bytes.push(byte);
            data = &data[1..];
            continue;
        };
        data = &data[word.len()..];
        data = data.strip_prefix(b"\r\n").or(data.strip_prefix(b"\n")).unwrap_or(data);
        if *word == b"{static}" {
            script.is_static = true;
            continue;
        }
        script.send(&mut bytes);
        match *word {
            b"{wait}" if waits < WAITS => {
                waits += 1;
                script.steps.push(Step::Wait);
            }
            b"{leave}" => {
                script.end = End::Leave;
                return script;
            }
            b"{half-close}" => return script,
            _ => {}
        }
    }
    script.send(&mut bytes);
    script
}

impl Script {
    fn send(&mut self, bytes: &mut Vec<u8>) {
        if !bytes.is_empty() {
            self.steps.push(Step::Send(std::mem::take(bytes)));
        }
    }

    /// All that is sent.
    pub fn sent(&self) -> Vec<u8> {
        let pieces = self.steps.iter().filter_map(|step| match step {
            Step::Send(bytes) => Some(bytes.as_slice()),
            Step::Wait => None,
        });
        pieces.flatten().copied().collect()
    }
}
