//! In which order entries stand.

use core::cmp::Ordering;

use super::Entry;

/// The value is its letter in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Column {
    Name = b'N',
    Modified = b'M',
    Size = b'S',
}

/// Folders come first, whatever the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub column: Column,
    pub descending: bool,
}

impl Order {
    /// Reads a query such as `C=M;O=D`, Apache's since 1996. What is not known
    /// is passed over.
    pub fn parse(query: &[u8]) -> Order {
        let mut order = Order { column: Column::Name, descending: false };
        for part in query.split(|byte| matches!(byte, b';' | b'&')) {
            let [key, b'=', value] = part else { continue };
            match (key, value) {
                (b'C', b'N') => order.column = Column::Name,
                (b'C', b'M') => order.column = Column::Modified,
                (b'C', b'S') => order.column = Column::Size,
                (b'O', b'A' | b'D') => order.descending = *value == b'D',
                _ => {}
            }
        }
        order
    }

    /// Equal for entries of one name only, which a folder does not have.
    pub fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let by_name = compare_names(a.name, b.name);
        let by_column = match self.column {
            Column::Name => by_name,
            Column::Modified => a.modified.cmp(&b.modified),
            Column::Size => a.size.cmp(&b.size),
        };
        let by_column = if self.descending { by_column.reverse() } else { by_column };
        b.is_folder.cmp(&a.is_folder).then(by_column).then(by_name)
    }
}

/// As a reader expects it: `a2` before `A10`. Names that differ in case or
/// leading zeros only are compared as bytes.
fn compare_names(a: &[u8], b: &[u8]) -> Ordering {
    let (mut x, mut y) = (a, b);
    loop {
        let (Some((p, after_p)), Some((q, after_q))) = (x.split_first(), y.split_first()) else {
            return x.len().cmp(&y.len()).then(a.cmp(b));
        };
        let ordering = if p.is_ascii_digit() && q.is_ascii_digit() {
            let (m, n);
            (m, x) = number(x);
            (n, y) = number(y);
            m.len().cmp(&n.len()).then(m.cmp(n))
        } else {
            (x, y) = (after_p, after_q);
            p.to_ascii_lowercase().cmp(&q.to_ascii_lowercase())
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// The digits that `bytes` begins with, without leading zeros, and the rest.
fn number(bytes: &[u8]) -> (&[u8], &[u8]) {
    let len = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    let (digits, rest) = bytes.split_at_checked(len).unwrap_or_default();
    let zeros = digits.iter().position(|digit| *digit != b'0').unwrap_or(len);
    (digits.get(zeros..).unwrap_or_default(), rest)
}
