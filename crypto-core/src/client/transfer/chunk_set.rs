//! Which chunks of a file: a set of numbers as runs.

use alloc::vec::Vec;
use core::iter;
use core::ops::Range;

/// Runs of chunk numbers: in order, none empty, no two of them touching.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ChunkSet(Vec<Range<u32>>);

impl ChunkSet {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many chunks.
    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|run| run.end - run.start).sum()
    }

    /// How many runs: what the set costs in memory.
    pub(super) const fn runs(&self) -> usize {
        self.0.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds `run`, of which it may have a part. The runs that it touches become one with it.
    pub(super) fn insert(&mut self, run: Range<u32>) {
        if run.is_empty() {
            return;
        }
        let from = self.0.partition_point(|known| known.end < run.start);
        let to = self.0.partition_point(|known| known.start <= run.end);
        let touched = &self.0[from..to];
        let start = touched
            .first()
            .map_or(run.start, |first| first.start.min(run.start));
        let end = touched.last().map_or(run.end, |last| last.end.max(run.end));
        self.0.splice(from..to, iter::once(start..end));
    }

    /// Takes away what it has of `run`.
    pub(super) fn remove(&mut self, run: Range<u32>) {
        let from = self.0.partition_point(|known| known.end <= run.start);
        let to = self.0.partition_point(|known| known.start < run.end);
        if run.is_empty() || from >= to {
            return;
        }
        let before = self.0[from].start..run.start;
        let after = run.end..self.0[to - 1].end;
        let rest = [before, after].into_iter().filter(|rest| !rest.is_empty());
        self.0.splice(from..to, rest);
    }

    /// The runs of `within` that are not in the set, in order.
    pub(super) fn gaps(&self, within: Range<u32>) -> impl Iterator<Item = Range<u32>> + '_ {
        let mut at = within.start;
        iter::from_fn(move || {
            let gap = self.gap(at..within.end)?;
            at = gap.end;
            Some(gap)
        })
    }

    /// Whether it has all of `within`.
    pub(super) fn has_all(&self, within: Range<u32>) -> bool {
        self.gap(within).is_none()
    }

    /// The first run of `within` that is not in the set.
    fn gap(&self, within: Range<u32>) -> Option<Range<u32>> {
        let mut next = self.0.partition_point(|known| known.end <= within.start);
        let mut start = within.start;
        if let Some(known) = self.0.get(next).filter(|known| known.start <= start) {
            start = known.end;
            next += 1;
        }
        let end = self
            .0
            .get(next)
            .map_or(within.end, |known| known.start.min(within.end));
        (start < end).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(runs: &[Range<u32>]) -> ChunkSet {
        let mut set = ChunkSet::new();
        for run in runs {
            set.insert(run.clone());
        }
        set
    }

    #[test]
    fn touching_runs_become_one() {
        let one = |set: &ChunkSet| (set.runs() == 1).then(|| set.0[0].clone());
        assert_eq!(one(&of(&[0..2, 4..6, 2..4])), Some(0..6));
        assert_eq!(one(&of(&[0..2, 4..6, 8..9, 1..8])), Some(0..9));
        assert_eq!(of(&[4..6, 0..2, 3..3]).0, [0..2, 4..6]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a set of single numbers.
        #[test]
        fn a_set_of_runs_is_a_set(
            steps in proptest::collection::vec((any::<bool>(), 0..60_u32, 0..20_u32), 0..40),
            within in (0..80_u32, 0..80_u32),
        ) {
            let (mut runs, mut numbers) = (ChunkSet::new(), BTreeSet::new());
            for (add, start, length) in steps {
                let run = start..start + length;
                if add {
                    runs.insert(run.clone());
                    numbers.extend(run);
                } else {
                    numbers.retain(|number| !run.contains(number));
                    runs.remove(run);
                }
                prop_assert!(runs.0.iter().all(|run| !run.is_empty()));
                prop_assert!(runs.0.windows(2).all(|pair| pair[0].end < pair[1].start));
                prop_assert!(runs.0.iter().cloned().flatten().eq(numbers.iter().copied()));
                prop_assert_eq!(runs.count() as usize, numbers.len());
                prop_assert_eq!((runs.is_empty(), runs.runs()), (numbers.is_empty(), runs.0.len()));
            }
            let within = within.0..within.1;
            let missing = within.clone().filter(|number| !numbers.contains(number));
            prop_assert!(runs.gaps(within.clone()).flatten().eq(missing.clone()));
            prop_assert_eq!(runs.has_all(within), missing.count() == 0);
        }
    }
}
