//! A few values in a row, without a heap.

/// Up to `N` values, in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List<T, const N: usize>([Option<T>; N]);

impl<T: Copy, const N: usize> List<T, N> {
    #[inline(always)]
    pub const fn new() -> Self {
        List([None; N])
    }

    /// Appends `value`; false: the list is full.
    #[must_use]
    pub fn push(&mut self, value: T) -> bool {
        let place = self.0.iter_mut().find(|place| place.is_none());
        place.map(|place| *place = Some(value)).is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        // The first ones are taken.
        self.0.iter().map_while(Option::as_ref)
    }

    /// The values, and behind them no others.
    pub fn slots(&self) -> &[Option<T>] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<T: Copy, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        List::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_in_order_and_no_more_than_fit() {
        let mut list = List::<u8, 2>::new();
        assert!(list.is_empty());
        assert!(list.push(7) && list.push(5));
        assert!(!list.push(3));
        assert_eq!(list.iter().copied().collect::<Vec<_>>(), [7, 5]);
        assert!(!list.is_empty());
    }
}
