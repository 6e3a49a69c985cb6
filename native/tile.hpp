// A tile: a few registers of rows with points in lanes, and their distances to centers.
//
// Differences are squared directly, never by way of products: data far from the origin cancel
// in ‖x‖² − 2x·c + ‖c‖², not in (x − c)². Each lane sums its features in order, so what a row
// gets depends on neither its place in the tile nor the number of centers taken at once.
#pragma once

#include <algorithm>
#include <bit>
#include <limits>

#include "transpose.hpp"

#if defined(__clang__)
#define COVEY_UNROLL _Pragma("unroll")
#else
#define COVEY_UNROLL _Pragma("GCC unroll 32")
#endif

namespace covey {
namespace {

template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();

/// Registers of rows in a tile, and centers taken at once, so that about four chains of sums
/// run side by side and all stay in registers (measured for each d on Zen 4, both widths).
template <int D>
constexpr int tile_registers() {
  if (COVEY_WIDTH == 64) return D <= 2 ? 4 : 1;
  return 2;
}

template <int D>
constexpr int centers_at_once() {
  if (COVEY_WIDTH == 64) return D == 1 || D == 2 ? 2 : 4;
  return D == 0 || D > 4 ? 4 : 2;
}

/// Whether reading `count` of a tile's rows as squares would leave the array.
template <class T>
bool leaves(const Dense<T>& X, Int first, Int count, Int rows) {
  return count < rows || (X.n - first - rows) * X.d < lanes<T>;
}

/// Copy the rows that are there and fill the rest, and a register more, with zeros.
template <class T>
const T* padded(const Dense<T>& X, Int first, Int count, Int rows, T* into) {
  std::copy(X.row(first), X.row(first + count), into);
  std::fill(into + count * X.d, into + rows * X.d + lanes<T>, T(0));
  return into;
}

/// Rows of D features, in registers.
template <class T, int D>
struct Tile {
  static constexpr int R = tile_registers<D>();
  static constexpr int rows = R * lanes<T>;
  static constexpr int P = std::bit_ceil(unsigned(D));
  static constexpr int B = P < lanes<T> ? P : lanes<T>;
  pack<T> x[R][P];

  void read(const Dense<T>& X, Int first, Int count, T* scratch) {
    const T* from =
        leaves(X, first, count, rows) ? padded(X, first, count, rows, scratch) : X.row(first);
    COVEY_UNROLL
    for (int r = 0; r < R; ++r, from += lanes<T> * D) {
      if constexpr (D == 1) {
        x[r][0] = load<pack<T>>(from);
      } else {
        COVEY_UNROLL
        for (int f = 0; f < D; f += B) load_square<T, B>(from + f, D, x[r] + f);
      }
    }
  }
  pack<T> at(int r, Int f) const { return x[r][f]; }
  static constexpr Int features(Int) { return D; }
};

/// Rows of any number of features, in scratch: feature f of all rows, then feature f + 1.
template <class T>
struct Tile<T, 0> {
  static constexpr int R = tile_registers<0>();
  static constexpr int rows = R * lanes<T>;
  T* tile;

  void read(const Dense<T>& X, Int first, Int count, T* scratch) {
    tile = scratch;
    const T* from = leaves(X, first, count, rows)
                        ? padded(X, first, count, rows, scratch + rows * X.d)
                        : X.row(first);
    for (int r = 0; r < R; ++r) {
      Int f = 0;
      for (; X.d - f > lanes<T> / 2; f += lanes<T>)
        square<lanes<T>>(from + r * lanes<T> * X.d, f, X.d, r);
      rest<lanes<T> / 2>(from + r * lanes<T> * X.d, f, X.d, r);
    }
  }
  pack<T> at(int r, Int f) const { return load<pack<T>>(tile + f * rows + r * lanes<T>); }
  static Int features(Int d) { return d; }

 private:
  /// Transpose B features from f on, as far as there are so many.
  template <int B>
  void square(const T* from, Int f, Int d, int r) {
    pack<T> columns[B];
    load_square<T, B>(from + f, d, columns);
    const int here = static_cast<int>(std::min<Int>(B, d - f));
    for (int l = 0; l < here; ++l) store(tile + (f + l) * rows + r * lanes<T>, columns[l]);
  }

  /// Transpose what is left, fewer features than fill a register, by the smallest square.
  template <int B>
  void rest(const T* from, Int f, Int d, int r) {
    if (f >= d) return;
    if constexpr (B > 1)
      if (d - f <= B / 2) return rest<B / 2>(from, f, d, r);
    square<B>(from, f, d, r);
  }
};

/// Squared distances of a tile's rows to C centers that follow each other.
template <int C, class T, int D>
inline void sq_distances(const Tile<T, D>& tile, const T* center, Int d,
                         pack<T> (&sq)[C][Tile<T, D>::R]) {
  constexpr int R = Tile<T, D>::R;
  COVEY_UNROLL
  for (int c = 0; c < C; ++c) {
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) sq[c][r] = pack<T>{};
  }
  const Int stride = Tile<T, D>::features(d);
  const auto add = [&](Int f) {
    pack<T> x[R];
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) x[r] = tile.at(r, f);
    COVEY_UNROLL
    for (int c = 0; c < C; ++c) {
      const pack<T> value = broadcast<pack<T>>(center[c * stride + f]);
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const pack<T> difference = x[r] - value;
        sq[c][r] += difference * difference;
      }
    }
  };
  if constexpr (D > 0) {
    COVEY_UNROLL
    for (Int f = 0; f < D; ++f) add(f);
  } else {
    for (Int f = 0; f < d; ++f) add(f);
  }
}

/// Call visit(j, sq) for the centers in order, C at a time and the rest one by one.
template <class T, int D, class Visit>
inline void each_center(const Tile<T, D>& tile, const Centers<T>& centers, Visit&& visit) {
  constexpr int R = Tile<T, D>::R;
  constexpr int C = centers_at_once<D>();
  Int j = 0;
  if constexpr (C > 1)
    for (; j + C <= centers.k; j += C) {
      pack<T> sq[C][R];
      sq_distances<C, T, D>(tile, centers.at + j * Tile<T, D>::features(centers.d), centers.d, sq);
      COVEY_UNROLL
      for (int c = 0; c < C; ++c) visit(j + c, sq[c]);
    }
  for (; j < centers.k; ++j) {
    pack<T> sq[1][R];
    sq_distances<1, T, D>(tile, centers.at + j * Tile<T, D>::features(centers.d), centers.d, sq);
    visit(j, sq[0]);
  }
}

/// Call the instance of a kernel that knows d when d is small.
#define COVEY_BY_FEATURES(kernel, d, ...) \
  switch (d) {                            \
    case 1:                               \
      return kernel<T, 1>(__VA_ARGS__);   \
    case 2:                               \
      return kernel<T, 2>(__VA_ARGS__);   \
    case 3:                               \
      return kernel<T, 3>(__VA_ARGS__);   \
    case 4:                               \
      return kernel<T, 4>(__VA_ARGS__);   \
    case 5:                               \
      return kernel<T, 5>(__VA_ARGS__);   \
    case 6:                               \
      return kernel<T, 6>(__VA_ARGS__);   \
    case 7:                               \
      return kernel<T, 7>(__VA_ARGS__);   \
    case 8:                               \
      return kernel<T, 8>(__VA_ARGS__);   \
    default:                              \
      return kernel<T, 0>(__VA_ARGS__);   \
  }

}  // namespace
}  // namespace covey
