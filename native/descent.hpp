// Downhill from many starts, a thread each: Lloyd's iterations while many rows change, then
// Hartigan's moves of single rows, which end lower and sooner.
#pragma once

#include <limits>

#include "partition.hpp"

namespace covey {

/// Ask all rows in parallel where they would go, then move them in order, each only if it still
/// gains; returns the number moved. The targets, not the moves, are what takes time.
template <class T>
Int transfer_all(const Dense<T>& X, const double* weight, Partition<T>& partition, Label* labels,
                 double& gain) {
  const Buffers<Label> targets(1, X.n);
  const Blocks blocks{X.n, BLOCK};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range rows = blocks.at(block);
    kernels<T>().transfers(X, partition.centers(), partition.masses(), rows, labels + rows.begin,
                           from(weight, rows.begin), targets[0] + rows.begin, scratch[worker]);
  });
  Int n_moved = 0;
  for (Int i = 0; i < X.n; ++i) {
    const double gained = targets[0][i] < 0 ? 0 : partition.move(i, targets[0][i]);
    gain += gained;
    n_moved += gained > 0;
  }
  return n_moved;
}

/// One of many descents, on one thread.
template <class T>
class Descent {
 public:
  Descent(const Dense<T>& X, const double* weight, Int k, Label* labels, T* centers, T* scratch)
      : X_(X),
        weight_(weight),
        labels_(labels),
        scratch_(scratch),
        partition_(X, weight, k, labels, centers) {}

  /// Draw the centers from `kept` on, each a row, with probability proportional to its weight times
  /// its squared distance to the nearest center before (k-means++); `shares` are uniform in [0, 1).
  void draw(Int kept, const double* shares, double* sq) {
    const auto [at, k, d] = partition_.centers();
    std::fill(sq, sq + X_.n, 1.0);  // of no center yet: rows count by weight alone
    if (kept > 0) {
      assign({at, kept, d});
      kernels<T>().own(X_, {at, kept, d}, {0, X_.n}, labels_, sq);
    }
    for (Int j = kept; j < k; ++j) {
      may_stop();
      const T* row = X_.row(drawn(sq, shares[j - kept]));
      std::copy(row, row + d, partition_.centers_at(j));
      if (j == 0) std::fill(sq, sq + X_.n, infinity_);
      kernels<T>().lower(X_, {row, 1, d}, {0, X_.n}, sq, nullptr, scratch_);
    }
  }

  /// Returns the inertia reached.
  double run(Int max_iter) {
    // Once fewer rows than this change, single moves gain more than another iteration (measured).
    const Int few = X_.n / 64;
    std::fill(labels_, labels_ + X_.n, Label{-1});
    for (Int iteration = 0; iteration < max_iter; ++iteration) {
      const Int n_changed = assign(partition_.centers());
      partition_.sum();
      if (!partition_.refill() && n_changed <= few) break;
    }
    for (Int round = 0; round < max_iter && sweep() > 0; ++round) {
    }
    partition_.sum();
    return partition_.inertia();
  }

 private:
  /// The row at a share of the running sum of w · sq.
  Int drawn(const double* sq, double share) const {
    const auto cost = [&](Int i) { return weight_ ? weight_[i] * sq[i] : sq[i]; };
    double all = 0, sum = 0;
    for (Int i = 0; i < X_.n; ++i) all += cost(i);
    Int last = 0;
    for (Int i = 0; i < X_.n; ++i) {
      if (!(cost(i) > 0)) continue;
      sum += cost(i), last = i;
      if (sum > share * all) break;
    }
    return last;
  }

  /// Label the rows by the nearest center; returns how many labels changed.
  Int assign(const Centers<T>& centers) {
    const auto screen = screening(centers);
    Label found[CHUNK];
    Int n_changed = 0;
    each_chunk({0, X_.n}, [&](Range rows) {
      kernels<T>().nearest(X_, centers, screen ? screen->view() : nullptr, rows, found, nullptr,
                           scratch_);
      n_changed += kernels<T>().relabel(found, labels_ + rows.begin, rows.size());
    });
    return n_changed;
  }

  /// Rows of a chunk are asked together and moved before the next chunk is asked.
  Int sweep() {
    Label targets[CHUNK];
    Int n_moved = 0;
    each_chunk({0, X_.n}, [&](Range rows) {
      kernels<T>().transfers(X_, partition_.centers(), partition_.masses(), rows,
                             labels_ + rows.begin, from(weight_, rows.begin), targets, scratch_);
      for (Int i = 0; i < rows.size(); ++i)
        if (targets[i] >= 0) n_moved += partition_.move(rows.begin + i, targets[i]) > 0;
    });
    return n_moved;
  }

  static constexpr double infinity_ = std::numeric_limits<double>::infinity();
  const Dense<T>& X_;
  const double* weight_;
  Label* labels_;
  T* scratch_;
  Partition<T> partition_;
};

/// Lead `n_starts` sets of k centers downhill, in place, the last `n_drawn` of each drawn first by
/// its `shares`; each start depends on itself alone.
template <class T>
void descend(const Dense<T>& X, const double* weight, Int n_starts, Int k, const double* shares,
             Int n_drawn, Int max_iter, T* centers, double* inertia) {
  const int n_threads = threads();
  const Buffers<Label> labels(n_threads, X.n);
  const Buffers<double> sq(n_drawn > 0 ? n_threads : 0, X.n);
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  each_block(n_starts, n_threads, [&](Int start, int worker) {
    Descent<T> descent(X, weight, k, labels[worker], centers + start * k * X.d, scratch[worker]);
    if (n_drawn > 0) descent.draw(k - n_drawn, shares + start * n_drawn, sq[worker]);
    inertia[start] = descent.run(max_iter);
  });
}

}  // namespace covey
