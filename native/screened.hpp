// Nearest center of rows in double, found in float wherever float can tell.
//
// Rows and centers are moved by about the centers' mean and rounded to float, u = 2⁻²⁴. A row x
// moves by at most u‖x‖, a center by at most u·reach, and a float sum of d squares is off by at
// most (d + 2)u of itself. So with b and s the least and second least squared distances found,
// the nearest in float is the nearest in double when
//     s − b > 4(d + 3)u·s + 8u·reach·√s,
// since √b ≤ √s and ‖x‖ ≤ √b + reach. Other rows are in doubt, and looked at in double. Twice as
// many lanes, and few rows in doubt unless centers coincide or rows lie half-way.
#pragma once

#include "direct.hpp"

namespace covey {
namespace {

/// Least second distance that the bound covers: below, squares lose digits to underflow.
constexpr float FAINT = 0x1p-90f;

/// Move rows of d values and round them to float.
template <int D>
void move_rows(const double* from, Int rows, Int d, const double* shift, float* to) {
  constexpr int N = lanes<double>;
  using narrow = vec<float, N>;
  const auto move = [](const double* value, const double* by, float* into) {
    const pack<double> moved = load<pack<double>>(value) - load<pack<double>>(by);
    store(into, __builtin_convertvector(moved, narrow));
  };
  if constexpr (D > 0) {
    // N rows are D registers, each of which meets the same part of the shift every time.
    double pattern[N * D];
    for (int i = 0; i < N * D; ++i) pattern[i] = shift[i % D];
    for (; rows >= N; rows -= N, from += N * D, to += N * D) {
      COVEY_UNROLL
      for (int p = 0; p < D; ++p) move(from + p * N, pattern + p * N, to + p * N);
    }
    for (Int i = 0; i < rows * D; ++i) to[i] = static_cast<float>(from[i] - pattern[i]);
  } else {
    for (; rows > 0; --rows, from += d, to += d) {
      Int f = 0;
      for (; f + N <= d; f += N) move(from + f, shift + f, to + f);
      for (; f < d; ++f) to[f] = static_cast<float>(from[f] - shift[f]);
    }
  }
}

/// Labels by float of the rows of one group; returns how many are in doubt, and which.
template <int D>
int labels_by_float(const Dense<float>& X, const Centers<float>& centers, float reach,
                    Label* labels, int* in_doubt, float* scratch) {
  using Rows = Tile<float, D>;
  constexpr int R = Rows::R, W = lanes<float>;
  using bits = mask<float>;
  const float relative = 4.5f * static_cast<float>(X.d + 4) * 0x1p-24f;
  // Squared, to spare a root. Where this underflows, the relative term has room for it.
  const float sq_absolute = (8.5f * 0x1p-24f * reach) * (8.5f * 0x1p-24f * reach);
  std::int32_t doubt[TILE_ROWS];
  bits any_doubt{};
  for (Int i = 0; i < X.n; i += Rows::rows) {
    Rows tile;
    tile.read(X, i, std::min<Int>(Rows::rows, X.n - i), scratch);
    pack<float> best[R], next[R];
    bits label[R], here{};
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      best[r] = next[r] = broadcast<pack<float>>(infinity<float>);
      label[r] = here;
    }
    each_center<float, D>(tile, centers, [&](Int, const pack<float>(&found)[R]) {
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const bits closer = found[r] < best[r];
        next[r] = minimum(next[r], maximum(found[r], best[r]));
        best[r] = minimum(found[r], best[r]);
        label[r] = select(closer, here, label[r]);
      }
      here += 1;
    });
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      const pack<float> gap = next[r] - best[r] - relative * next[r];
      const bits certain =
          (gap > pack<float>{}) & (gap * gap > sq_absolute * next[r]) & (next[r] > FAINT);
      any_doubt |= ~certain;
      store(doubt + i + r * W, ~certain);
      store(labels + i + r * W, label[r]);
    }
  }
  int n_in_doubt = 0;
  if (any(any_doubt))
    for (Int i = 0; i < X.n; ++i)
      if (doubt[i]) in_doubt[n_in_doubt++] = static_cast<int>(i);
  return n_in_doubt;
}

template <int D>
void nearest_screened(const Dense<double>& X, const Centers<double>& centers, const Screen& screen,
                      Range range, Label* labels, double* scratch) {
  float* moved = reinterpret_cast<float*>(scratch);  // a group of rows, then the tile's scratch
  double* doubtful = scratch + 2 * TILE_ROWS * X.d + 32;
  const Centers<float> rounded{screen.at, centers.k, centers.d};
  for (Int i = range.begin; i < range.end; i += TILE_ROWS) {
    const Int count = std::min(TILE_ROWS, range.end - i);
    Label* here = labels + (i - range.begin);
    move_rows<D>(X.row(i), count, X.d, screen.shift, moved);
    int in_doubt[TILE_ROWS];
    const int n = labels_by_float<D>({moved, count, X.d}, rounded, screen.reach, here, in_doubt,
                                     moved + TILE_ROWS * X.d + 16);
    if (n == 0) continue;
    for (int r = 0; r < n; ++r)
      std::copy(X.row(i + in_doubt[r]), X.row(i + in_doubt[r] + 1), doubtful + r * X.d);
    Label decided[TILE_ROWS];
    nearest_direct<double, D>({doubtful, n, X.d}, centers, {0, n}, decided, nullptr,
                              doubtful + TILE_ROWS * X.d);
    for (int r = 0; r < n; ++r) here[in_doubt[r]] = decided[r];
  }
}

}  // namespace
}  // namespace covey
