//! Content codings and what a client accepts of them (RFC 9110 8.4, 12.5.3).

use super::field::Fields;
use super::weight;
use crate::text::{is_same_word, split};

#[cfg(test)]
mod tests;

/// A coding in which a file may lie beside its plain form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Br,
    Zstd,
    Gzip,
}

impl Coding {
    /// In the server's order of preference: smallest results first.
    pub const ALL: [Coding; 3] = [Coding::Br, Coding::Zstd, Coding::Gzip];

    /// The name in Content-Encoding.
    pub fn name(self) -> &'static [u8] {
        match self {
            Coding::Br => b"br",
            Coding::Zstd => b"zstd",
            Coding::Gzip => b"gzip",
        }
    }

    /// What a file's name ends in that has this coding.
    pub fn suffix(self) -> &'static [u8] {
        split(b".br .zst .gz", b' ').nth(self as usize).unwrap_or_default()
    }
}

/// Whether the body of a request is what it says, with no coding on top:
/// Content-Encoding names none but `identity`, which it need not (RFC 9110 8.4.1).
pub fn is_identity(fields: Fields) -> bool {
    let mut codings = fields.members("Content-Encoding");
    codings.all(|coding| coding.is_empty() || is_same_word(coding, b"identity"))
}

/// The codings that the client accepts at least as much as plain content, the
/// most wanted one first, and in the server's order what is wanted equally.
///
/// Without Accept-Encoding a client would take any coding (RFC 9110 12.5.3), but
/// who does not ask may not be able to read one: it gets plain content. So does
/// one that accepts nothing, not even that. What `*` says of plain content is not
/// counted, or `*` alone could never choose a coding.
pub fn accepted(fields: Fields) -> impl Iterator<Item = Coding> {
    let said = weight::lowest(fields, "Accept-Encoding", b"br zstd gzip x-gzip identity *");
    let [br, zstd, gzip, x_gzip, identity, any] = said;
    let gzip = gzip.into_iter().chain(x_gzip).min();
    let plain = identity.unwrap_or(0);
    let mut weights = [br, zstd, gzip].map(|weight| weight.or(any).unwrap_or(0));
    core::iter::from_fn(move || {
        // A weight that was used up is 0.
        let best = weights.iter().copied().max().filter(|best| *best > 0 && *best >= plain)?;
        let (weight, coding) = weights.iter_mut().zip(Coding::ALL).find(|(weight, _)| **weight == best)?;
        *weight = 0;
        Some(coding)
    })
}
