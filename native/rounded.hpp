// Rows as a review sees them first: in float, moved to about the origin, perhaps on few axes.
//
// Rounded: (X − shift) · scale in float, half the bytes and twice the lanes of double.
// Turned: the same on p orthonormal axes that hold most of the spread, and in one more column the
// length t of what the axes leave out. Then, with all norms over the p + 1 columns,
//     ‖x̃ − c̃‖² ≤ ‖x − c‖² ≤ ‖x̃ − c̃‖² + 4 t(x) t(c),
// since two vectors of lengths t(x) and t(c) are between |t(x) − t(c)| and t(x) + t(c) apart.
#pragma once

#include "blocks.hpp"

namespace covey {

struct Seen {
  Dense<float> rows{nullptr, 0, 0};  // x null: the rows themselves are looked at
  Centers<float> centers{nullptr, 0, 0};
  double scale = 1;
  float reach = 0, tail = 0;  // most length of a center; of what the axes leave out of it
  const Across<float>* across = nullptr;  // the centers once more, where rows are on axes
  bool is_given() const { return rows.x != nullptr; }
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

template <class T>
void turn_rows(const Dense<T>& X, const double* shift, double scale, const double* axes, Int p,
               float* out) {
  constexpr Int LANES = 8;  // the most doubles of a register
  const Int stride = (p + LANES - 1) / LANES * LANES;
  const Buffers<double> filled(1, X.d * stride);
  std::fill(filled[0], filled[0] + X.d * stride, 0.0);
  for (Int f = 0; f < X.d; ++f) std::copy(axes + f * p, axes + (f + 1) * p, filled[0] + f * stride);
  const Axes on{filled[0], X.d, p, stride, shift, scale};
  const Blocks blocks{X.n, 128};
  const int n_threads = threads();
  const Buffers<double> scratch(n_threads, 4 * (X.d + stride));
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range rows = blocks.at(block);
    each_chunk(rows, portion(X.d * stride), X.d * stride, [&](Range some) {
      kernels<T>().turn(X, on, some, out + some.begin * (p + 1), scratch[worker]);
    });
  });
}

}  // namespace covey
