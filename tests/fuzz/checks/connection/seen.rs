//! Tells libFuzzer of answers as of edges that were taken, so that an input with a
//! new kind of answer is kept and changed further.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU8, Ordering};

use super::answers::Answer;
use super::model::Expected;

const KINDS: usize = 4096;

// libFuzzer looks for counters in the section of this name, on Linux.
#[cfg_attr(all(fuzzing, target_os = "linux"), unsafe(link_section = "__libfuzzer_extra_counters"))]
static COUNTERS: [AtomicU8; KINDS] = [const { AtomicU8::new(0) }; KINDS];

/// A kind is the method, the status, the names of the fields, and what a refusal says.
pub fn note(expected: &Expected, answer: &Answer) {
    let mut hasher = DefaultHasher::new();
    let known = [&b"GET"[..], b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS"];
    let method = known.iter().position(|known| *known == expected.method());
    (method, answer.status, &answer.kind, answer.is_last).hash(&mut hasher);
    COUNTERS[(hasher.finish() % KINDS as u64) as usize].store(1, Ordering::Relaxed);
}
