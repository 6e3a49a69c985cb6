// Rows put on a grid (grid.hpp).
#include <algorithm>
#include <cmath>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Several rows side by side, so that few features fill registers too.
template <class T>
void extent(const Dense<T>& X, Range range, T* low, T* high) {
  constexpr Int SIDE = 64;
  const Int d = X.d, n = d < SIDE ? SIDE / d : 1, period = n * d;
  Int i = range.begin;
  if (n > 1) {
    T least[SIDE], most[SIDE];
    for (Int l = 0; l < period; ++l) least[l] = low[l % d], most[l] = high[l % d];
    for (; i + n <= range.end; i += n) {
      const T* const x = X.row(i);
      for (Int l = 0; l < period; ++l) {
        least[l] = x[l] < least[l] ? x[l] : least[l];
        most[l] = x[l] > most[l] ? x[l] : most[l];
      }
    }
    for (Int l = 0; l < period; ++l) {
      low[l % d] = std::min(low[l % d], least[l]);
      high[l % d] = std::max(high[l % d], most[l]);
    }
  }
  for (; i < range.end; ++i) {
    const T* const row = X.row(i);
    for (Int f = 0; f < d; ++f) {
      low[f] = row[f] < low[f] ? row[f] : low[f];
      high[f] = row[f] > high[f] ? row[f] : high[f];
    }
  }
}

template <class T>
void round_to_grid(const Dense<T>& X, Range range, const double* shift, double scale,
                   std::int32_t* to) {
  const Int pairs = (X.d + 1) / 2;
  constexpr Int N = GRID_GROUP;
  for (Int i = range.begin; i < range.end; i += GRID_ROWS, to += pairs * GRID_ROWS) {
    const Int count = std::min(GRID_ROWS, range.end - i);
    if (count < GRID_ROWS) std::fill(to, to + pairs * GRID_ROWS, 0);
    for (Int l = 0; l < count; ++l) {
      const T* const row = X.row(i + l);
      for (Int f = 0; f < X.d; f += N) {
        std::int32_t rounded[N + 1] = {};
        const Int here = std::min(N, X.d - f);
        for (Int e = 0; e < here; ++e)
          rounded[e] = static_cast<std::int32_t>(
              std::nearbyint((double(row[f + e]) - shift[f + e]) * scale));
        for (Int e = 0; e < here; e += 2)
          to[(f + e) / 2 * GRID_ROWS + l] = static_cast<std::int32_t>(
              (std::uint32_t(rounded[e]) & 0xFFFF) | std::uint32_t(rounded[e + 1]) << 16);
      }
    }
  }
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.extent = extent<T>;
  kernels.round_to_grid = round_to_grid<T>;
}

}  // namespace

void COVEY_ADD(gridding)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
