//! The two-sample Kolmogorov-Smirnov test.
//!
//! The statistic and its asymptotic distribution with Stephens' correction for samples of finite size:
//! M. A. Stephens, "Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive tables",
//! Journal of the Royal Statistical Society B 32 (1970), 115-122.

/// What the test says of two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Compared {
    /// The largest distance between the two empirical distribution functions.
    pub(super) distance: f64,
    /// How likely a distance at least as large is if both were drawn from one distribution.
    pub(super) p: f64,
}

/// Compares two samples, neither of them empty.
pub(super) fn compare(one: &[f64], other: &[f64]) -> Compared {
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let (one, other) = (sorted(one), sorted(other));
    let (n, m) = (one.len() as f64, other.len() as f64);
    let (mut i, mut j, mut distance) = (0, 0, 0.0_f64);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        // Past everything that equals the smaller one, in both: equal values are one step of both functions.
        let value = a.min(*b);
        i += one[i..].iter().take_while(|a| **a <= value).count();
        j += other[j..].iter().take_while(|b| **b <= value).count();
        distance = distance.max((i as f64 / n - j as f64 / m).abs());
    }
    let effective = (n * m / (n + m)).sqrt();
    Compared {
        distance,
        p: tail((effective + 0.12 + 0.11 / effective) * distance),
    }
}

/// The Kolmogorov distribution's tail, `2 Σ (-1)^(k-1) exp(-2 k² x²)`. Its terms fall so fast that 100 are plenty from
/// 0.2 on; below that the sum is 1 to twelve places.
fn tail(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    let sum: f64 = (1..=100)
        .map(|k| {
            let sign = if k % 2 == 1 { 1.0 } else { -1.0 };
            sign * (-2.0 * f64::from(k * k) * x * x).exp()
        })
        .sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    /// Smirnov's table (1948): the tail is 0.05 at 1.3581, 0.01 at 1.6276, 0.5 at 0.8276.
    #[test]
    fn the_tail_is_that_of_the_table() {
        for (x, p) in [(1.3581, 0.05), (1.6276, 0.01), (0.8276, 0.5), (0.0, 1.0)] {
            assert!((tail(x) - p).abs() < 1e-4, "{x}: {}", tail(x));
        }
    }

    #[test]
    fn the_distance_is_between_the_steps() {
        let same = compare(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 2.0, 3.0]);
        assert_eq!(same.distance, 0.0);
        let apart = compare(&[1.0, 2.0], &[3.0, 4.0, 5.0]);
        assert_eq!(apart.distance, 1.0);
        let ties = compare(&[1.0, 1.0, 2.0, 2.0], &[1.0, 2.0, 2.0, 2.0]);
        assert_eq!(ties.distance, 0.25);
    }

    /// Of samples from one distribution a twentieth comes out below 0.05; a shift of a fifth of a deviation is seen.
    #[test]
    fn it_says_what_is_so() {
        let mut random = StdRng::seed_from_u64(1);
        let mut sample = |shift: f64| -> Vec<f64> {
            (0..1_000)
                .map(|_| (0..12).map(|_| random.random::<f64>()).sum::<f64>() + shift)
                .collect()
        };
        let below = (0..400)
            .filter(|_| compare(&sample(0.0), &sample(0.0)).p < 0.05)
            .count();
        assert!((5..=40).contains(&below), "{below} of 400");
        assert!(compare(&sample(0.0), &sample(0.2)).p < 0.001);
    }
}
