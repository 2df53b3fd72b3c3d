/// Choices that depend on a seed and on nothing else: SplitMix64, <https://prng.di.unimi.it/splitmix64.c>. A seed that found
/// something finds it again on any machine and with any version of any crate.
#[derive(Clone, Debug)]
pub(super) struct Choices(u64);

impl Choices {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// One of the numbers from 0 to `count` - 1.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    /// Whether it comes about, of all `chances`. Of none, never.
    pub(super) fn one_in(&mut self, chances: u64) -> bool {
        chances > 0 && self.below(chances) == 0
    }

    pub(super) fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.index(these.len())]
    }

    pub(super) fn index(&mut self, len: usize) -> usize {
        let index = self.below(u64::try_from(len).expect("a length is a u64"));
        usize::try_from(index).expect("it is below a usize")
    }

    /// The place of one of these weights, each as likely as it is heavy.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                Some(less) => left = less,
                None => return place,
            }
        }
        unreachable!("what is left is below the sum of the weights")
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
