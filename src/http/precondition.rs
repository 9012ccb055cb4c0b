//! Preconditions of a request (RFC 9110 13).

use super::entity_tag::{self, Comparison, EntityTag, Matched};
use super::field::Fields;
use super::{Method, date};

#[cfg(test)]
mod tests;

/// What becomes of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The method is performed.
    Proceed,
    /// 304
    NotModified,
    /// 412
    Failed,
}

/// Evaluates a request's preconditions in the order of RFC 9110 13.2.2.
///
/// `current` is the tag of the selected representation, whose seconds are its
/// date too; none when there is nothing yet, which PUT may meet. `now` is in
/// seconds since 1970. To be asked only when the answer without preconditions
/// would be a 2xx (RFC 9110 13.2.1).
///
/// A malformed If-Match fails, for it matches nothing. A malformed If-None-Match
/// proceeds for GET and HEAD, which then get what is there, and fails otherwise:
/// a client that wants a condition kept must not lose what it would protect.
pub fn evaluate(fields: Fields, method: Method, current: Option<&EntityTag>, now: u64) -> Outcome {
    if matches!(method, Method::Connect | Method::Options | Method::Trace) {
        return Outcome::Proceed;
    }
    let is_read = matches!(method, Method::Get | Method::Head);
    match entity_tag::compare(fields, "If-Match", current, Comparison::Strong) {
        Matched::Yes => {}
        Matched::Absent if is_unmodified(fields, "If-Unmodified-Since", current, now) != Some(false) => {}
        _ => return Outcome::Failed,
    }
    match entity_tag::compare(fields, "If-None-Match", current, Comparison::Weak) {
        Matched::No => {}
        Matched::Malformed if is_read => {}
        Matched::Yes if is_read => return Outcome::NotModified,
        Matched::Yes | Matched::Malformed => return Outcome::Failed,
        Matched::Absent => {
            if is_read && is_unmodified(fields, "If-Modified-Since", current, now) == Some(true) {
                return Outcome::NotModified;
            }
        }
    }
    Outcome::Proceed
}

/// True when nothing was modified since the date in the field called `name`.
/// None when the field is to be ignored: it is not there or there twice, is no
/// valid date, or there is nothing that has a date.
///
/// A date later than now is valid too: RFC 2616 14.25 told to ignore one in
/// If-Modified-Since, RFC 9110 13.1.3 does not.
fn is_unmodified(fields: Fields, name: &str, current: Option<&EntityTag>, now: u64) -> Option<bool> {
    let since = date::parse(fields.only(name)?, now)?;
    Some(current?.modified(now) <= since)
}

/// True when a Range is to be obeyed as far as If-Range is concerned (RFC 9110
/// 13.1.5): there is no such field, or it has a validator of exactly this
/// representation. A date is one only when the second that it names is over.
pub fn if_range(fields: Fields, current: &EntityTag, now: u64) -> bool {
    if fields.first("If-Range").is_none() {
        return true;
    }
    let Some(value) = fields.only("If-Range") else { return false };
    let modified = current.seconds;
    current.is_strongly(value) || (modified < now && date::parse(value, now) == Some(modified))
}
