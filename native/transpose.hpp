// Rows into lanes.
//
// A register holds one feature of several rows ("points in lanes"). Rows lie one after the
// other in memory, so loading is a transposition, of squares of registers.
#pragma once

#include "kernels.hpp"
#include "simd.hpp"

namespace covey {
namespace {

/// N / B rows of B values each, B rows apart, side by side.
template <class T, int B, int N, int... L>
inline vec<T, N> side_by_side(const T* from, Int stride, std::integer_sequence<int, L...> = {}) {
  if constexpr (N == B) {
    return load<vec<T, N>>(from);
  } else if constexpr (sizeof...(L) == 0) {
    return side_by_side<T, B, N>(from, stride, std::make_integer_sequence<int, N>{});
  } else {
    return __builtin_shufflevector((side_by_side<T, B, N / 2>(from, stride)),
                                   (side_by_side<T, B, N / 2>(from + N / 2 * stride, stride)),
                                   L...);
  }
}

/// Exchange the off-diagonal squares of size S of two registers.
template <class T, int S, int... L>
inline void exchange(pack<T>& a, pack<T>& b, std::integer_sequence<int, L...>) {
  constexpr int N = lanes<T>;
  const pack<T> low = __builtin_shufflevector(a, b, ((L & S) ? N + L - S : L)...);
  b = __builtin_shufflevector(a, b, ((L & S) ? N + L : L + S)...);
  a = low;
}

/// Transpose squares of B registers by exchanging ever larger off-diagonal squares.
template <class T, int B, int S = 1>
inline void transpose(pack<T>* square) {
  if constexpr (S < B) {
    for (int i = 0; i < B; ++i)
      if (!(i & S))
        exchange<T, S>(square[i], square[i + S], std::make_integer_sequence<int, lanes<T>>{});
    transpose<T, B, 2 * S>(square);
  }
}

/// Load B features of one register of rows: out[f] is feature f, lane l is row l.
template <class T, int B>
inline void load_square(const T* from, Int stride, pack<T>* out) {
  for (int p = 0; p < B; ++p) out[p] = side_by_side<T, B, lanes<T>>(from + p * stride, stride);
  transpose<T, B>(out);
}

}  // namespace
}  // namespace covey
