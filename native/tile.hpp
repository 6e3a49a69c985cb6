// A tile: a few registers of rows with points in lanes, and their distances to centers.
//
// Differences are squared directly, never by way of products: data far from the origin cancel
// in ‖x‖² − 2x·c + ‖c‖², not in (x − c)². Each lane sums its features in order, so what a row
// gets depends on neither its place in the tile nor the number of centers taken at once.
#pragma once

#include <algorithm>
#include <limits>

#include "kernels.hpp"
#include "simd.hpp"

#if defined(__clang__)
#define COVEY_UNROLL _Pragma("unroll")
#else
#define COVEY_UNROLL _Pragma("GCC unroll 32")
#endif

namespace covey {
namespace {

template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();

/// Registers of rows in a tile. With d known, rows stay in registers: as many as leave room for
/// the best distance and label of each; else four or two, so that a center's value serves several.
template <int D>
constexpr int tile_registers() {
  constexpr bool many = COVEY_WIDTH == 64;
  if (D == 0) return many ? 4 : 2;
  if (many) return D <= 4 ? 4 : 2;
  return D <= 2 ? 2 : 1;
}

/// Rows of D features, in registers.
template <class T, int D>
struct Tile {
  static constexpr int R = tile_registers<D>();
  static constexpr int rows = R * lanes<T>;
  pack<T> x[R][D];

  void read(const Dense<T>& X, Int first, Int count, T*) {
    const T* from = X.row(first);
    T padded[rows * D];
    if (count < rows) {
      std::fill(std::copy(from, from + count * D, padded), padded + rows * D, T(0));
      from = padded;
    }
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) load_rows<T, D>(from + r * lanes<T> * D, x[r]);
  }
  pack<T> at(int r, Int f) const { return x[r][f]; }
  static constexpr Int features(Int) { return D; }
};

/// Rows of any number of features, in scratch: feature f of all rows, then feature f + 1.
template <class T>
struct Tile<T, 0> {
  static constexpr int R = tile_registers<0>();
  static constexpr int rows = R * lanes<T>;
  T* scratch;

  void read(const Dense<T>& X, Int first, Int count, T* into) {
    constexpr int W = lanes<T>;
    scratch = into;
    const T* end = X.x + X.n * X.d;
    for (int r = 0; r < R; ++r)
      for (Int f = 0; f < X.d; f += W) {
        pack<T> square[W];
        for (int l = 0; l < W; ++l)
          square[l] = r * W + l < count ? near(X.row(first + r * W + l) + f, end) : pack<T>{};
        transpose<T>(square);
        const int here = static_cast<int>(std::min<Int>(W, X.d - f));
        for (int l = 0; l < here; ++l) store(scratch + (f + l) * rows + r * W, square[l]);
      }
  }
  pack<T> at(int r, Int f) const { return load<pack<T>>(scratch + f * rows + r * lanes<T>); }
  static Int features(Int d) { return d; }

 private:
  /// Load a register that may reach into the next row, but not beyond the last.
  static pack<T> near(const T* from, const T* end) {
    if (end - from >= lanes<T>) return load<pack<T>>(from);
    T padded[lanes<T>] = {};
    std::copy(from, end, padded);
    return load<pack<T>>(padded);
  }
};

/// Squared distances of a tile's rows to C centers that follow each other.
template <int C, class T, int D>
inline void sq_distances(const Tile<T, D>& tile, const T* center, Int d,
                         pack<T> (&sq)[C][Tile<T, D>::R]) {
  constexpr int R = Tile<T, D>::R;
  COVEY_UNROLL
  for (int c = 0; c < C; ++c) COVEY_UNROLL
  for (int r = 0; r < R; ++r) sq[c][r] = pack<T>{};
  const Int n_features = Tile<T, D>::features(d);
  COVEY_UNROLL
  for (Int f = 0; f < n_features; ++f) {
    pack<T> x[R];
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) x[r] = tile.at(r, f);
    COVEY_UNROLL
    for (int c = 0; c < C; ++c) {
      const pack<T> value = broadcast<pack<T>>(center[c * n_features + f]);
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const pack<T> difference = x[r] - value;
        sq[c][r] += difference * difference;
      }
    }
  }
}

/// Call visit(j, sq) for the centers in order, C at a time and the rest one by one.
template <class T, int D, class Visit>
inline void each_center(const Tile<T, D>& tile, const Centers<T>& centers, Visit&& visit) {
  constexpr int R = Tile<T, D>::R;
  constexpr int C = D == 0 ? 4 : 1;
  Int j = 0;
  if constexpr (C > 1)
    for (; j + C <= centers.k; j += C) {
      pack<T> sq[C][R];
      sq_distances<C, T, D>(tile, centers.row(j), centers.d, sq);
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
