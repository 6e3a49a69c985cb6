// Passes of greedy k-means++ over sparse rows.
#pragma once

#include "sparse.hpp"

namespace covey {

/// A few centers laid out for `Slots`; what is empty in all of them takes no room.
template <class T>
class Slotted {
 public:
  explicit Slotted(const Centers<T>& centers)
      : width_(centers.k <= Slots::WIDTH ? Slots::WIDTH : 2 * Slots::WIDTH),
        at_(1, centers.d),
        values_(1, (n_filled(centers) + 1) * width_),
        sq_norms_(1, width_) {
    std::fill(values_[0], values_[0] + width_, 0.0);
    std::fill(sq_norms_[0], sq_norms_[0] + width_, 0.0);
    double* to = values_[0];
    for (Int f = 0, n = 0; f < centers.d; ++f) {
      at_[0][f] = 0;
      if (!filled(centers, f)) continue;
      at_[0][f] = static_cast<std::int32_t>(++n);
      to += width_;
      std::fill(to, to + width_, 0.0);
      for (Int j = 0; j < centers.k; ++j) {
        to[j] = double(centers.row(j)[f]);
        sq_norms_[0][j] += to[j] * to[j];
      }
    }
  }
  Slots view() const { return {at_[0], values_[0], sq_norms_[0], width_}; }

 private:
  static bool filled(const Centers<T>& centers, Int f) {
    bool any = false;
    for (Int j = 0; j < centers.k; ++j) any |= centers.row(j)[f] != 0;
    return any;
  }
  static Int n_filled(const Centers<T>& centers) {
    Int n = 0;
    for (Int f = 0; f < centers.d; ++f) n += filled(centers, f);
    return n;
  }

  Int width_;
  Buffers<std::int32_t> at_;
  Buffers<double> values_, sq_norms_;
};

template <class T, class I>
void potentials(const Sparse<T, I>& X, const Centers<T>& centers, const double* sq_closest,
                const double* weight, double* sums) {
  const Blocks blocks{X.n, CHUNK};
  const Buffers<double> parts(blocks.count(), centers.k);
  for (Int block = 0; block < blocks.count(); ++block)
    std::fill(parts[block], parts[block] + centers.k, 0.0);
  for (Int j = 0; j < centers.k; j += CANDIDATES) {
    const Centers<T> some{centers.row(j), std::min(CANDIDATES, centers.k - j), centers.d};
    const Slotted<T> slotted(some);
    each_block(blocks.count(), threads(), [&](Int block, int) {
      const Range rows = blocks.at(block);
      sparse_kernels<T, I>().potentials(X, some, slotted.view(), rows, sq_closest + rows.begin,
                                        from(weight, rows.begin), parts[block] + j);
    });
  }
  merge(parts, blocks.count(), centers.k, sums);
}

template <class T, class I>
void lower(const Sparse<T, I>& X, const Centers<T>& center, Int block_rows, double* sq_closest,
           const double* weight, double* block_sums) {
  const Slotted<T> slotted(center);
  const Blocks blocks{X.n, block_rows};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range rows = blocks.at(block);
    block_sums[block] = sparse_kernels<T, I>().lower(
        X, center, slotted.view(), rows, sq_closest + rows.begin, from(weight, rows.begin));
  });
}

}  // namespace covey
