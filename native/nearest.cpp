// Nearest center of each row, and the second nearest: best and label stay in registers.
#include "tables.hpp"
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
void nearest_by(const Dense<T>& X, const Centers<T>& centers, Range range, Label* labels, T* sq,
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
      store(sq + at + r * W, best[r]);
      for (int l = 0; l < W; ++l) labels[at + r * W + l] = static_cast<Label>(label[r][l]);
    }
  }
  if (any<T>(overflow))
    for (Int i = 0; i < range.size(); ++i)
      if (!(sq[i] < infinity<T>))
        labels[i] = nearest_in_double(X.row(range.begin + i), centers, -1);
}

template <class T>
void nearest(const Dense<T>& X, const Centers<T>& centers, Range range, Label* labels, T* sq,
             T* scratch) {
  COVEY_BY_FEATURES(nearest_by, X.d, X, centers, range, labels, sq, scratch)
}

template <class T>
void nearest_two(const Dense<T>& X, const Centers<T>& centers, Range range, Label* first,
                 Label* second, T* scratch) {
  using Rows = Tile<T, 0>;
  constexpr int R = Rows::R, W = lanes<T>;
  for (Int i = range.begin; i < range.end; i += Rows::rows) {
    const Int count = std::min<Int>(Rows::rows, range.end - i);
    Rows tile;
    tile.read(X, i, count, scratch);
    pack<T> best[R], next[R];
    mask<T> label[R], runner_up[R], here{};
    for (int r = 0; r < R; ++r) {
      best[r] = next[r] = broadcast<pack<T>>(infinity<T>);
      label[r] = runner_up[r] = mask<T>{};
    }
    each_center<T, 0>(tile, centers, [&](Int, const pack<T>(&found)[R]) {
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const mask<T> closer = found[r] < best[r], close = found[r] < next[r];
        next[r] = select(closer, best[r], select(close, found[r], next[r]));
        runner_up[r] = select(closer, label[r], select(close, here, runner_up[r]));
        best[r] = select(closer, found[r], best[r]);
        label[r] = select(closer, here, label[r]);
      }
      here += 1;
    });
    for (int r = 0; r < R; ++r)
      for (int l = 0; l < W && r * W + l < count; ++l) {
        const Int row = i + r * W + l, at = row - range.begin;
        first[at] = static_cast<Label>(label[r][l]);
        second[at] = static_cast<Label>(runner_up[r][l]);
        if (next[r][l] < infinity<T>) continue;
        first[at] = nearest_in_double(X.row(row), centers, -1);
        second[at] = nearest_in_double(X.row(row), centers, first[at]);
      }
  }
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.nearest = nearest<T>;
  kernels.nearest_two = nearest_two<T>;
}

}  // namespace

void COVEY_ADD(nearest)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
