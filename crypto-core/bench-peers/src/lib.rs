//! A stopwatch for several ways of doing the same work, on a machine that need not be quiet.
//!
//! They are timed in turns, once per round: whatever slows the machine down for a while slows all of them down. What is
//! compared is the lowest decile of many rounds: a round that was interrupted is never among the shortest.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One way of doing the work: its name, and what does it once and says how long the part took that counts.
pub type Way<'a> = (&'a str, &'a mut dyn FnMut() -> Duration);

/// Times the part that counts. What the work gives is dropped afterwards.
///
/// Never inlined, so that `valgrind --tool=callgrind --toggle-collect=duet_bench_peers::measured` counts it alone.
#[inline(never)]
pub fn measured<R>(work: impl FnOnce() -> R) -> Duration {
    let start = Instant::now();
    let result = black_box(work());
    let time = start.elapsed();
    drop(result);
    time
}

/// Runs all ways `rounds` times, in turns, and prints the lowest decile, the median, and the ratio of the first one's
/// lowest decile to this one's. Only ways whose title and name together contain every word of the command line are run.
pub fn compare(title: &str, rounds: usize, ways: &mut [Way<'_>]) {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted = |name: &str| {
        let all = format!("{title} {name}");
        words.iter().all(|word| all.contains(word.as_str()))
    };
    let mut ways: Vec<(&mut Way<'_>, Vec<Duration>)> = ways
        .iter_mut()
        .filter(|way| wanted(way.0))
        .map(|way| (way, Vec::with_capacity(rounds)))
        .collect();
    let warm_up = rounds / 10;
    for round in 0..warm_up + rounds {
        for (way, times) in &mut ways {
            let time = (way.1)();
            if round >= warm_up {
                times.push(time);
            }
        }
    }
    if ways.is_empty() {
        return;
    }
    println!("\n{title}");
    let mut first = None;
    for (way, times) in &mut ways {
        times.sort_unstable();
        let (median, decile) = (times[rounds / 2], times[rounds / 10]);
        let ratio = first.get_or_insert(decile).as_secs_f64() / decile.as_secs_f64();
        println!(
            "  {:<30} lowest decile {:>8.2} µs   median {:>8.2} µs   ratio {ratio:.2}",
            way.0,
            decile.as_secs_f64() * 1e6,
            median.as_secs_f64() * 1e6,
        );
    }
}
