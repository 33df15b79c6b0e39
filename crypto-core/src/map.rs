//! Maps and sets in the order of their keys: a sorted list each, searched by halves.
//!
//! The trees of `alloc` are up to ten kilobytes of code for each type of key and value, and were a tenth of the WebAssembly
//! module. Most maps here have some tens of entries. None has more than 80,000, and where there are so many, entries are small:
//! one that comes in between moves three megabytes at most, which takes less than the signature that was verified before it.
//! Whoever adds many at once does it in the order of their keys.

use alloc::vec::Vec;

/// Values by their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Map<K, V>(Vec<(K, V)>);

impl<K: Ord, V> Map<K, V> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the key is, or would be.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.find(key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// The value of this key, which gets one if it has none.
    pub(crate) fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let at = self.find(&key).unwrap_or_else(|at| {
            self.0.insert(at, (key, value()));
            at
        });
        &mut self.0[at].1
    }

    /// Gives the value that the key had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(core::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(crate) fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = V> {
        self.0.into_iter().map(|(_, value)| value)
    }

    /// The values of the keys up to and with this one.
    pub(crate) fn up_to_mut(&mut self, last: &K) -> impl Iterator<Item = &mut V> {
        let end = self.find(last).map_or_else(|at| at, |at| at + 1);
        self.0[..end].iter_mut().map(|(_, value)| value)
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set<K>(Map<K, ()>);

impl<K: Ord> Set<K> {
    pub(crate) const fn new() -> Self {
        Self(Map::new())
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// False if it was there.
    pub(crate) fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }

    pub(crate) fn last(&self) -> Option<&K> {
        self.0.keys().next_back()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.keys()
    }
}

impl<K: Ord> Extend<K> for Set<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: Ord> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::new();
        set.extend(keys);
        set
    }
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self(Map::default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::{Map, Set};

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u8, u16),
        Demand(u8, u16),
        Remove(u8),
        Change(u8),
        ChangeUpTo(u8),
        Retain(u16),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => any::<(u8, u16)>().prop_map(|(key, value)| Step::Insert(key, value)),
            2 => any::<(u8, u16)>().prop_map(|(key, value)| Step::Demand(key, value)),
            2 => any::<u8>().prop_map(Step::Remove),
            1 => any::<u8>().prop_map(Step::Change),
            1 => any::<u8>().prop_map(Step::ChangeUpTo),
            1 => any::<u16>().prop_map(Step::Retain),
        ]
    }

    proptest! {
        #[test]
        fn a_map_does_what_a_tree_does(steps in prop::collection::vec(step(), 0..200)) {
            let (mut map, mut tree) = (Map::new(), BTreeMap::new());
            for step in steps {
                match step {
                    Step::Insert(key, value) => {
                        prop_assert_eq!(map.insert(key, value), tree.insert(key, value));
                    }
                    Step::Demand(key, value) => {
                        let expected = *tree.entry(key).or_insert(value);
                        prop_assert_eq!(*map.get_or_insert_with(key, || value), expected);
                    }
                    Step::Remove(key) => prop_assert_eq!(map.remove(&key), tree.remove(&key)),
                    Step::Change(key) => {
                        map.get_mut(&key).into_iter().for_each(|value| *value ^= 1);
                        tree.get_mut(&key).into_iter().for_each(|value| *value ^= 1);
                    }
                    Step::ChangeUpTo(last) => {
                        map.up_to_mut(&last).for_each(|value| *value ^= 2);
                        tree.range_mut(..=last).for_each(|(_, value)| *value ^= 2);
                    }
                    Step::Retain(bit) => {
                        map.retain(|key, value| (u16::from(*key) ^ *value) & bit == 0);
                        tree.retain(|key, value| (u16::from(*key) ^ *value) & bit == 0);
                    }
                }
                prop_assert!(map.iter().eq(&tree));
                prop_assert!(map.iter().rev().eq(tree.iter().rev()));
                prop_assert_eq!((map.len(), map.is_empty()), (tree.len(), tree.is_empty()));
            }
            for key in 0..=u8::MAX {
                prop_assert_eq!(map.get(&key), tree.get(&key));
                prop_assert_eq!(map.contains_key(&key), tree.contains_key(&key));
            }
            prop_assert!(map.keys().eq(tree.keys()));
            prop_assert!(map.values().eq(tree.values()));
            prop_assert!(map.values_mut().eq(tree.values_mut()));
            prop_assert!(map.into_values().eq(tree.into_values()));
        }

        #[test]
        fn a_set_does_what_a_tree_does(steps in prop::collection::vec(any::<(bool, u8)>(), 0..300)) {
            let (mut set, mut tree) = (Set::new(), BTreeSet::new());
            for (add, key) in steps {
                if add {
                    prop_assert_eq!(set.insert(key), tree.insert(key));
                } else {
                    prop_assert_eq!(set.remove(&key), tree.remove(&key));
                }
                prop_assert_eq!(set.last(), tree.last());
                prop_assert_eq!(set.len(), tree.len());
            }
            prop_assert!((0..=u8::MAX).all(|key| set.contains(&key) == tree.contains(&key)));
            prop_assert!(set.iter().eq(&tree));
            let mixed: Vec<_> = tree.iter().rev().chain(&tree).copied().collect();
            prop_assert_eq!(mixed.into_iter().collect::<Set<_>>(), set);
        }
    }
}
