// Nearest center of each row: best and label stay in registers.
#pragma once

#include "tile.hpp"

namespace covey {
namespace {

/// Decide one row in double, where the squares of T overflow.
template <class T>
Label nearest_in_double(const T* x, const Centers<T>& centers, Int except) {
  double best = infinity<double>;
  Label label = except == 0 ? 1 : 0;
  for (Int j = 0; j < centers.k; ++j) {
    double sq = 0;
    for (Int f = 0; f < centers.d; ++f) {
      const double difference = double(x[f]) - double(centers.row(j)[f]);
      sq += difference * difference;
    }
    if (j != except && sq < best) best = sq, label = static_cast<Label>(j);
  }
  return label;
}

template <class T, int D>
void nearest_direct(const Dense<T>& X, const Centers<T>& centers, Range range, Label* labels, T* sq,
                    T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int R = Rows::R, W = lanes<T>;
  mask<T> overflow{};
  for (Int i = range.begin; i < range.end; i += Rows::rows) {
    Rows tile;
    tile.read(X, i, std::min<Int>(Rows::rows, range.end - i), scratch);
    pack<T> best[R];
    mask<T> label[R], here{};
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) best[r] = broadcast<pack<T>>(infinity<T>), label[r] = here;
    each_center<T, D>(tile, centers, [&](Int, const pack<T>(&found)[R]) {
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const mask<T> closer = found[r] < best[r];
        best[r] = select(closer, found[r], best[r]);
        label[r] = select(closer, here, label[r]);
      }
      here += 1;
    });
    const Int at = i - range.begin;
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      overflow |= best[r] >= infinity<T>;
      if (sq) store(sq + at + r * W, best[r]);
      for (int l = 0; l < W; ++l) labels[at + r * W + l] = static_cast<Label>(label[r][l]);
    }
  }
  if (any(overflow))
    for (Int i = 0; i < range.size(); ++i)
      labels[i] = nearest_in_double(X.row(range.begin + i), centers, -1);
}

}  // namespace
}  // namespace covey
