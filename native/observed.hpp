// Passes over dense rows some of whose values are missing (NaN): only what is there counts.
#pragma once

#include "blocks.hpp"

namespace covey {

/// Squared distances of a few rows to all centers, and the least of each; ties to the lowest index.
template <class T>
class Observed {
 public:
  static constexpr Int ROWS = 64;  // a tile of distances to 1000 centers stays in L2

  Observed(const Dense<T>& X, const Centers<T>& centers, int n_threads)
      : X_(X),
        k_(centers.k),
        stride_((centers.k + ACROSS - 1) / ACROSS * ACROSS),
        turned_(1, (centers.d + 1) * stride_),
        tiles_(n_threads, ROWS * stride_) {
    std::fill(turned_[0], turned_[0] + (centers.d + 1) * stride_, 0.0);
    for (Int j = 0; j < centers.k; ++j)
      for (Int f = 0; f < centers.d; ++f) turned_[0][f * stride_ + j] = double(centers.row(j)[f]);
  }

  /// The tile of distances, a row of stride() after the other.
  const double* squares(Range rows, int worker) const {
    kernels<T>().squares(X_, {turned_[0], nullptr, stride_}, k_, rows, tiles_[worker]);
    return tiles_[worker];
  }
  Int stride() const { return stride_; }

  /// Label and distance of each of at most ROWS rows.
  void nearest(Range rows, int worker, Label* labels, double* sq) const {
    const double* tile = squares(rows, worker);
    for (Int i = 0; i < rows.size(); ++i, tile += stride()) {
      Label best = 0;
      double least = tile[0];
      for (Int j = 1; j < k_; ++j) {  // without a branch, which nobody could predict
        const bool less = tile[j] < least;
        least = less ? tile[j] : least;
        best = less ? static_cast<Label>(j) : best;
      }
      labels[i] = best;
      sq[i] = least;
    }
  }

 private:
  Dense<T> X_;
  Int k_, stride_;
  Buffers<double> turned_;  // the centers across, and a feature of zeros
  Buffers<double> tiles_;
};

template <class T>
void observed_nearest(const Dense<T>& X, const Centers<T>& centers, Label* labels, double* sq) {
  const int n_threads = threads();
  const Observed<T> observed(X, centers, n_threads);
  const Blocks blocks{X.n, BLOCK};
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    each_chunk(blocks.at(block), Observed<T>::ROWS, [&](Range rows) {
      observed.nearest(rows, worker, labels + rows.begin, sq + rows.begin);
    });
  });
}

/// Squared distances to all centers, n × k.
template <class T>
void observed_squares(const Dense<T>& X, const Centers<T>& centers, double* out) {
  const int n_threads = threads();
  const Observed<T> observed(X, centers, n_threads);
  const Blocks blocks{X.n, Observed<T>::ROWS};
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range rows = blocks.at(block);
    const double* tile = observed.squares(rows, worker);
    for (Int i = 0; i < rows.size(); ++i, tile += observed.stride())
      std::copy(tile, tile + centers.k, out + (rows.begin + i) * centers.k);
  });
}

/// Σ w x and Σ w over the rows of each label that have the feature: `sums` and `masses`, k × d.
/// Blocks so long that their tables together take no more than a quarter of X or 8 MiB.
template <class T>
void observed_sums(const Dense<T>& X, Int k, const double* weight, const Label* labels,
                   double* sums, double* masses) {
  const Int size = k * X.d, table = 2 * size * Int{sizeof(double)};
  const Int budget = std::max<Int>(8 << 20, X.n * X.d * Int{sizeof(T)} / 4);
  const Int most = std::clamp<Int>(budget / table, 1, 64);
  const Blocks blocks{X.n, std::max(BLOCK, (X.n + most - 1) / most)};
  const Buffers<double> parts(blocks.count(), 2 * size);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    std::fill(parts[block], parts[block] + 2 * size, 0.0);
    const Range rows = blocks.at(block);
    for (Int i = rows.begin; i < rows.end; ++i) {
      const double w = weight ? weight[i] : 1.0;
      const T* row = X.row(i);
      double* to = parts[block] + labels[i] * X.d;
      for (Int f = 0; f < X.d; ++f) {
        const bool there = row[f] == row[f];
        to[f] += there ? w * double(row[f]) : 0.0;
        to[size + f] += there ? w : 0.0;
      }
    }
  });
  const Buffers<double> both(1, 2 * size);
  merge(parts, blocks.count(), 2 * size, both[0]);
  std::copy(both[0], both[0] + size, sums);
  std::copy(both[0] + size, both[0] + 2 * size, masses);
}

}  // namespace covey
