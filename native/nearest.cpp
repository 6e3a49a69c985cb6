// Nearest center of each row, and the second nearest: best and label stay in registers.
#include "screened.hpp"
#include "tables.hpp"

namespace covey {
namespace {

template <class T, int D>
void nearest_by(const Dense<T>& X, const Centers<T>& centers, const Screen* screen, Range range,
                Label* labels, T* sq, T* scratch) {
  if constexpr (sizeof(T) == sizeof(double))
    if (screen) return nearest_screened<D>(X, centers, *screen, range, labels, scratch);
  nearest_direct<T, D>(X, centers, range, labels, sq, scratch);
}

template <class T>
void nearest(const Dense<T>& X, const Centers<T>& centers, const Screen* screen, Range range,
             Label* labels, T* sq, T* scratch) {
  COVEY_BY_FEATURES(nearest_by, X.d, X, centers, screen, range, labels, sq, scratch)
}

template <class T, int D>
void nearest_two_by(const Dense<T>& X, const Centers<T>& centers, Range range, Label* first,
                    Label* second, T* scratch) {
  using Rows = Tile<T, D>;
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
    each_center<T, D>(tile, centers, [&](Int, const pack<T>(&found)[R]) {
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
void nearest_two(const Dense<T>& X, const Centers<T>& centers, Range range, Label* first,
                 Label* second, T* scratch) {
  COVEY_BY_FEATURES(nearest_two_by, X.d, X, centers, range, first, second, scratch)
}

template <class T>
void in_order(const T* x, const Centers<T>& centers, const Label* which, Int n, T* sq) {
  for (Int i = 0; i < n; ++i) {
    const T* center = centers.row(which[i]);
    sq[i] = 0;
    for (Int f = 0; f < centers.d; ++f) {
      const T difference = x[f] - center[f];
      sq[i] += difference * difference;
    }
  }
}

/// Squared distances of one row to G centers, by two registers of sums each.
template <class T, int G>
void measure_some(const T* x, const T* const (&centers)[G], Int d, T* sq) {
  constexpr int W = lanes<T>, CHAINS = 2;
  pack<T> sums[G][CHAINS] = {};
  Int f = 0;
  for (; f + CHAINS * W <= d; f += CHAINS * W) COVEY_UNROLL
  for (int c = 0; c < CHAINS; ++c) {
    const pack<T> value = load<pack<T>>(x + f + c * W);
    COVEY_UNROLL
    for (int g = 0; g < G; ++g) {
      const pack<T> difference = value - load<pack<T>>(centers[g] + f + c * W);
      sums[g][c] += difference * difference;
    }
  }
  for (int g = 0; g < G; ++g) {
    T rest = 0;
    for (Int last = f; last < d; ++last) {
      const T difference = x[last] - centers[g][last];
      rest += difference * difference;
    }
    sq[g] = rest + total<T, W>(sums[g][0] + sums[g][1]);
  }
}

template <class T>
void measure(const T* x, const Centers<T>& centers, const Label* which, Int n, T* sq) {
  constexpr Int MOST = 4;
  Int i = 0;
  for (; i + MOST <= n; i += MOST) {
    const T* const some[] = {centers.row(which[i]), centers.row(which[i + 1]),
                             centers.row(which[i + 2]), centers.row(which[i + 3])};
    measure_some<T, MOST>(x, some, centers.d, sq + i);
  }
  if (i + 2 <= n) {
    const T* const some[] = {centers.row(which[i]), centers.row(which[i + 1])};
    measure_some<T, 2>(x, some, centers.d, sq + i);
    i += 2;
  }
  if (i < n) {
    const T* const last[] = {centers.row(which[i])};
    measure_some<T, 1>(x, last, centers.d, sq + i);
  }
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.measure = measure<T>;
  kernels.in_order = in_order<T>;
  kernels.nearest = nearest<T>;
  kernels.nearest_two = nearest_two<T>;
}

}  // namespace

void COVEY_ADD(nearest)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
