//! Randomness without state: a value is a hash of (seed, stream, entity, step, index).
//!
//! Nothing is drawn in sequence, so a result depends neither on how far the run has come nor on how many workers
//! share it, and switching a fault off leaves every other draw as it was. The mixer is SplitMix64's finaliser
//! (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).

/// What a draw is for. Streams never share a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    Config = 1,
    Load,
    Node,
    ControlPlane,
    Schedule,
    Deploy,
    Pod,
    Observation,
    Fault,
    Keep,
    Label,
}

/// The draws of one entity in one stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Draws {
    pub(super) fn new(seed: u64, stream: Stream, entity: u64) -> Self {
        let stream = mix((stream as u64).wrapping_mul(GOLDEN));
        Self(mix(
            mix(seed.wrapping_add(GOLDEN) ^ stream) ^ entity.wrapping_mul(GOLDEN)
        ))
    }

    /// The draws of one step, where several are needed.
    pub(super) fn at(self, step: u64) -> StepDraws {
        StepDraws(mix(self.0.wrapping_add(step.wrapping_mul(GOLDEN))))
    }

    /// 64 even bits.
    pub(super) fn bits(self, step: u64, index: u64) -> u64 {
        self.at(step).bits(index)
    }

    /// Even in [0, 1).
    pub(super) fn uniform(self, step: u64, index: u64) -> f64 {
        (self.bits(step, index) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Even in [low, high).
    pub(super) fn between(self, low: f64, high: f64, step: u64, index: u64) -> f64 {
        low + (high - low) * self.uniform(step, index)
    }

    /// Even among `0..count`; 0 where there is nothing to choose from.
    pub(super) fn below(self, count: usize, step: u64, index: u64) -> usize {
        ((u128::from(self.bits(step, index)) * count as u128) >> 64) as usize
    }

    /// Standard normal (Box and Muller, 1958), for draws made once.
    pub(super) fn normal(self, step: u64, index: u64) -> f64 {
        let u = 1.0 - self.uniform(step, 2 * index);
        let v = self.uniform(step, 2 * index + 1);
        libm::sqrt(-2.0 * libm::log(u)) * libm::cos(std::f64::consts::TAU * v)
    }

    /// Lognormal with this median and this standard deviation of its logarithm.
    pub(super) fn lognormal(self, median: f64, sigma: f64, step: u64, index: u64) -> f64 {
        median * libm::exp(sigma * self.normal(step, index))
    }
}

/// The draws of one entity in one stream at one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepDraws(u64);

impl StepDraws {
    /// 64 even bits.
    pub(super) fn bits(self, index: u64) -> u64 {
        mix(self
            .0
            .wrapping_add(index.wrapping_mul(0xd1b5_4a32_d192_ed03)))
    }

    /// Even in [0, 1).
    pub(super) fn uniform(self, index: u64) -> f64 {
        (self.bits(index) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Even in [low, high).
    pub(super) fn between(self, low: f64, high: f64, index: u64) -> f64 {
        low + (high - low) * self.uniform(index)
    }

    /// About standard normal within ±3.4: the sum of four even numbers, cheap enough for every step.
    pub(super) fn noise(self, index: u64) -> f64 {
        let bits = self.bits(index);
        // Two pairs of 16-bit lanes are added at once.
        let pairs = (bits & 0x0000_ffff_0000_ffff) + (bits >> 16 & 0x0000_ffff_0000_ffff);
        let lanes = (pairs >> 32) + (pairs & 0xffff_ffff);
        // Four even lanes of variance 65536²/12 each.
        (lanes as i64 as f64 - 131_070.0) * (1.0 / 37_837.227)
    }

    /// A whole number with this mean: the fraction decides by chance whether it is rounded up.
    pub(super) fn count(self, mean: f64, index: u64) -> f64 {
        (mean + self.uniform(index)).floor().max(0.0)
    }
}

/// A stationary autoregressive process of order 1 with unit variance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drift(pub(super) f64);

/// How much of a [`Drift`] stays over one step, and how much noise comes in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decay {
    keep: f64,
    fresh: f64,
}

impl Decay {
    /// For a process whose autocorrelation falls to 1/e in `memory_secs`.
    pub(super) fn new(step_secs: f64, memory_secs: f64) -> Self {
        let keep = libm::exp(-step_secs / memory_secs);
        Self {
            keep,
            fresh: (1.0 - keep * keep).sqrt(),
        }
    }

    /// The share that stays over one step.
    pub(super) fn keep(self) -> f64 {
        self.keep
    }
}

impl Drift {
    pub(super) fn step(&mut self, decay: Decay, noise: f64) -> f64 {
        self.0 = decay.keep * self.0 + decay.fresh * noise;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixer_is_splitmix64() {
        // The first outputs of the published generator from seed 0 are mix(1·golden), mix(2·golden).
        assert_eq!(mix(GOLDEN), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(GOLDEN.wrapping_mul(2)), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn draws_have_the_moments_they_promise() {
        let draws = Draws::new(7, Stream::Node, 3);
        let n = 40_000;
        let moments = |f: &dyn Fn(u64) -> f64| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for i in 0..n {
                let x = f(i);
                sum += x;
                squares += x * x;
            }
            let mean = sum / n as f64;
            (mean, squares / n as f64 - mean * mean)
        };
        let close = |a: f64, b: f64| (a - b).abs() < 0.02;
        let (mean, variance) = moments(&|i| draws.uniform(i, 0));
        assert!(close(mean, 0.5) && close(variance, 1.0 / 12.0));
        for f in [&(|i| draws.at(i).noise(1)) as &dyn Fn(u64) -> f64, &|i| {
            draws.normal(i, 1)
        }] {
            let (mean, variance) = moments(f);
            assert!(close(mean, 0.0) && close(variance, 1.0));
        }
        assert!(close(moments(&|i| draws.at(i).count(0.37, 2)).0, 0.37));
        let mut drift = Drift(draws.at(0).noise(9));
        let decay = Decay::new(60.0, 600.0);
        let mut series = Vec::new();
        for i in 0..n {
            series.push(drift.step(decay, draws.at(i).noise(3)));
        }
        let lagged: f64 = series.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / n as f64;
        let variance: f64 = series.iter().map(|x| x * x).sum::<f64>() / n as f64;
        assert!((lagged / variance - decay.keep()).abs() < 0.02);
    }

    #[test]
    fn streams_entities_and_seeds_differ() {
        let first = Draws::new(1, Stream::Node, 0).bits(0, 0);
        assert_ne!(first, Draws::new(1, Stream::Load, 0).bits(0, 0));
        assert_ne!(first, Draws::new(1, Stream::Node, 1).bits(0, 0));
        assert_ne!(first, Draws::new(2, Stream::Node, 0).bits(0, 0));
        assert_eq!(Draws::new(1, Stream::Node, 0).below(0, 0, 0), 0);
    }
}
