// Centers packed for sparse rows, moved and packed anew: blocks of columns on our threads.
#pragma once

#include <cmath>

#include "blocks.hpp"

namespace covey {

inline constexpr Int panel_stride(Int k) { return (k + ACROSS - 1) / ACROSS * ACROSS; }

/// Floats that `nearest` of sparse rows writes: scores, and ‖c‖² as it compares them.
inline constexpr Int scores_size(Int stride) { return 2 * stride; }

/// The power of two that takes `longest` to at most 1, as far as T and float have such powers.
/// Squares of what is longer than 2⁵¹⁰ overflow, whatever is done here.
template <class T>
double panel_unit(double longest) {
  constexpr int LEAST = sizeof(T) == 4 ? -126 : -510, MOST = sizeof(T) == 4 ? 126 : 400;
  if (!(longest > 0)) return 1;
  if (!std::isfinite(longest)) return std::ldexp(1.0, LEAST);
  int exponent;
  std::frexp(longest, &exponent);
  return std::ldexp(1.0, std::clamp(-exponent, LEAST, MOST));
}

/// Move and pack; writes ‖c‖² and the squared way of the moved centers.
template <class T>
void move(const Moving<T>& to, double* sq_norms, double* sq_moves) {
  constexpr Int COLUMNS = 1024;
  const Blocks blocks{to.d, COLUMNS};
  const Buffers<double> norms(blocks.count(), to.k), moves(blocks.count(), to.k);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    kernels<T>().move(to, blocks.at(block), norms[block], moves[block]);
  });
  for (Int j = 0; j < to.k; ++j) {
    if (!to.moved[j]) continue;
    sq_norms[j] = sq_moves[j] = 0;
    for (Int block = 0; block < blocks.count(); ++block) {
      sq_norms[j] += norms[block][j];
      sq_moves[j] += moves[block][j];
    }
  }
}

/// The most ‖c‖ there is.
template <class T>
double longest(const Centers<T>& centers) {
  constexpr Int CHAINS = 8;  // so that no addition waits for the one before
  double most = 0;
  for (Int j = 0; j < centers.k; ++j) {
    const T* const center = centers.row(j);
    double sums[CHAINS] = {};
    Int f = 0;
    for (; f + CHAINS <= centers.d; f += CHAINS)
      for (Int l = 0; l < CHAINS; ++l) sums[l] += double(center[f + l]) * double(center[f + l]);
    for (; f < centers.d; ++f) sums[0] += double(center[f]) * double(center[f]);
    double sq = 0;
    for (double each : sums) sq += each;
    most = sq > most ? sq : most;
  }
  return std::sqrt(most);
}

/// ‖x‖ of each row.
template <class T, class I>
void lengths(const Sparse<T, I>& X, double* out) {
  const Blocks blocks{X.n, BLOCK};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range rows = blocks.at(block);
    sparse_kernels<T, I>().lengths(X, rows, out + rows.begin);
  });
}

/// Pack centers as they are; returns the unit of the panel.
template <class T>
double pack(const Centers<T>& centers, double longest_row, float* panel, double* sq_norms) {
  const Int k = centers.k, stride = panel_stride(k);
  const Buffers<bool> moved(1, k);
  const Buffers<double> moves(1, k);
  std::fill(moved[0], moved[0] + k, true);
  const double unit = panel_unit<T>(std::max(longest_row, longest(centers)));
  if (stride != k) std::fill(panel, panel + centers.d * stride, 0.0f);
  // `move` writes no center where there are no sums.
  const Moving<T> packing{
      const_cast<T*>(centers.at), nullptr, nullptr, moved[0], panel, k, centers.d, stride, unit};
  move(packing, sq_norms, moves[0]);
  return unit;
}

/// Centers packed for one pass over sparse rows, and the lengths of these.
template <class T>
class Packed {
 public:
  template <class I>
  Packed(const Sparse<T, I>& X, const Centers<T>& centers)
      : lengths_(1, X.n),
        panel_(1, centers.d * panel_stride(centers.k)),
        sq_norms_(1, centers.k),
        stride_(panel_stride(centers.k)) {
    covey::lengths(X, lengths_[0]);
    const double longest_row = X.n ? *std::max_element(lengths_[0], lengths_[0] + X.n) : 0;
    unit_ = pack(centers, longest_row, panel_[0], sq_norms_[0]);
  }
  const double* lengths() const { return lengths_[0]; }
  Panel view() const { return {panel_[0], sq_norms_[0], stride_, unit_}; }

 private:
  Buffers<double> lengths_;
  Buffers<float> panel_;
  Buffers<double> sq_norms_;
  Int stride_;
  double unit_;
};

}  // namespace covey
