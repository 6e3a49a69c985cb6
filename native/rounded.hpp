// Rows in double, moved to about the origin, scaled to about one and rounded to float: half the
// bytes and twice the lanes for all that floats can decide.
#pragma once

#include "blocks.hpp"

namespace covey {

template <class T>
struct Rounded {
  const float* x = nullptr;  // n × d: (X − shift) · scale; null: there are none
  const double* shift = nullptr;
  double scale = 1;
};

inline void round_rows(const Dense<double>& X, const double* shift, double scale, float* out) {
  const Blocks blocks{X.n, BLOCK};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range rows = blocks.at(block);
    float* to = out + rows.begin * X.d;
    for (Int i = rows.begin; i < rows.end; ++i, to += X.d)
      for (Int f = 0; f < X.d; ++f) to[f] = static_cast<float>((X.row(i)[f] - shift[f]) * scale);
  });
}

/// The centers as the rounded rows see them.
template <class T>
class RoundedCenters {
 public:
  RoundedCenters(const Centers<T>& centers, const Rounded<T>& rows)
      : at_(1, rows.x ? centers.k * centers.d : 0), k_(centers.k), d_(centers.d) {
    if (!rows.x) return;
    double most = 0;
    for (Int j = 0; j < k_; ++j) {
      double sq_norm = 0;
      for (Int f = 0; f < d_; ++f) {
        const double moved = (double(centers.row(j)[f]) - rows.shift[f]) * rows.scale;
        at_[0][j * d_ + f] = static_cast<float>(moved);
        sq_norm += moved * moved;
      }
      most = std::max(most, sq_norm);
    }
    reach_ = std::max(static_cast<float>(std::sqrt(most)), 1e-20f);
  }
  Centers<float> view() const { return {at_[0], k_, d_}; }
  float reach() const { return reach_; }

 private:
  Buffers<float> at_;
  Int k_, d_;
  float reach_ = 0;
};

}  // namespace covey
