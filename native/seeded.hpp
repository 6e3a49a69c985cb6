// Greedy k-means++ for several starts side by side: what seeding.py does, draw by draw.
//
// Few rows are weighed in less time than threads need to meet, or Python to say what is next.
#pragma once

#include <limits>
#include <numeric>
#include <vector>

#include "dense.hpp"

namespace covey {

/// Where a running sum passes a share of its end; never at a step of zero.
inline Int at_share(const double* running, Int n, double share) {
  const double* end = running + n;
  const Int last = std::lower_bound(running, end, end[-1]) - running;
  return std::min<Int>(std::upper_bound(running, end, share * end[-1]) - running, last);
}

/// Chooses the first centers of one start after the other.
template <class T>
class Seeder {
 public:
  Seeder(const Dense<T>& X, const double* weight, Int trials, Int block, double* sq_closest)
      : X_(X),
        weight_(weight),
        trials_(trials),
        block_(block),
        sq_(sq_closest),
        blocks_((X.n + block - 1) / block),
        running_(blocks_.size()),
        inside_(block),
        sums_(trials),
        drawn_(trials),
        candidates_(trials * X.d) {}

  /// `shares` (k − 1 × trials) are uniform in [0, 1). Returns how many rows were chosen: fewer than
  /// k where no distance is left.
  Int run(Int first, const double* shares, Int k, Int* chosen) {
    std::fill(sq_, sq_ + X_.n, std::numeric_limits<double>::infinity());
    take(chosen[0] = first);
    for (Int j = 1; j < k; ++j, shares += trials_) {
      may_stop();
      std::partial_sum(blocks_.begin(), blocks_.end(), running_.begin());
      if (!(running_.back() > 0 && running_.back() < std::numeric_limits<double>::infinity()))
        return j;
      for (Int i = 0; i < trials_; ++i) {
        drawn_[i] = row_at(shares[i]);
        std::copy(X_.row(drawn_[i]), X_.row(drawn_[i]) + X_.d, candidates_.data() + i * X_.d);
      }
      potentials(X_, {candidates_.data(), trials_, X_.d}, sq_, weight_, sums_.data());
      take(chosen[j] = drawn_[std::min_element(sums_.begin(), sums_.end()) - sums_.begin()]);
    }
    return k;
  }

 private:
  void take(Int row) { lower(X_, {X_.row(row), 1, X_.d}, block_, sq_, weight_, blocks_.data()); }

  /// First the block is found, then the row in it.
  Int row_at(double share) {
    const Int block = at_share(running_.data(), Int(running_.size()), share);
    const Int start = block * block_, size = std::min(block_, X_.n - start);
    for (Int i = 0; i < size; ++i)
      inside_[i] = weight_ ? sq_[start + i] * weight_[start + i] : sq_[start + i];
    std::partial_sum(inside_.begin(), inside_.begin() + size, inside_.begin());
    const double target = share * running_.back() - (running_[block] - blocks_[block]);
    return start + at_share(inside_.data(), size, target / inside_[size - 1]);
  }

  const Dense<T>& X_;
  const double* weight_;
  Int trials_, block_;
  double* sq_;
  std::vector<double> blocks_, running_, inside_, sums_;
  std::vector<Int> drawn_;
  std::vector<T> candidates_;
};

/// Choose k rows for each of several starts; `firsts` (n_starts), `shares` (n_starts × (k − 1) ×
/// trials), `chosen` (n_starts × k), `n_chosen` (n_starts).
template <class T>
void seed_starts(const Dense<T>& X, const double* weight, Int n_starts, Int k, Int trials,
                 Int block, const Int* firsts, const double* shares, Int* chosen, Int* n_chosen) {
  // What all starts at once keep of the rows, as in starts.hpp.
  constexpr Int BUDGET = 8 << 20;
  const Int room = BUDGET / (X.n * Int{sizeof(double)});
  const bool together = n_starts >= threads() && room >= threads();
  const int n_threads = together ? threads() : 1;
  const Buffers<double> closest(n_threads, X.n);
  const auto run = [&](Int start, int worker) {
    Seeder<T> seeder(X, weight, trials, block, closest[worker]);
    const double* own = shares + start * (k - 1) * trials;
    n_chosen[start] = seeder.run(firsts[start], own, k, chosen + start * k);
  };
  if (together) return each_block(n_starts, n_threads, run);
  for (Int start = 0; start < n_starts; ++start) run(start, 0);
}

}  // namespace covey
