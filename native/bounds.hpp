// Bounds on distances from squares that were computed, every rounding to the safe side.
#pragma once

#include "direct.hpp"

namespace covey {
namespace {

/// Least second squared distance that the bound covers: below, squares lose digits to underflow.
template <class T>
inline constexpr T TINY = sizeof(T) == 4 ? T(0x1p-60) : T(0x1p-900);

/// As floats, rounded towards 0 (`down`) or away from it.
inline void store_bound(float* to, pack<float> distance, bool) { store(to, distance); }
inline void store_bound(float* to, pack<double> distance, bool down) {
  distance = minimum(distance, broadcast<pack<double>>(0x1p126));
  distance *= down ? 1 - 0x1p-22 : 1 + 0x1p-22;
  store(to, __builtin_convertvector(distance, vec<float, lanes<double>>));
}

/// Bounds from squared distances; such that the row is in doubt where nothing can be said.
template <class T>
inline void store_bounds(const Found& found, Int at, pack<T> best, pack<T> next, pack<T> left_out,
                         const Unit& unit, Int d) {
  const T error = T(d + 8) * std::numeric_limits<T>::epsilon(), scale = T(unit.scale);
  const pack<T> most = broadcast<pack<T>>(std::numeric_limits<T>::max());
  const pack<T> nearest = minimum(best, most);
  pack<T> low = root(nearest), other = root(minimum(next, most));
  pack<T> near = unit.tail > 0 ? root(nearest + left_out) : low;
  low *= (1 - error) * scale, near *= (1 + error) * scale, other *= (1 - error) * scale;
  if (unit.reach > 0) {
    const pack<T> rounded = T(0x1p-22) * (near + T(2 * unit.reach));
    low -= rounded, near += rounded, other -= rounded;
  }
  const mask<T> told = (next >= TINY<T>)&(best <= most);
  other = select(told, other, broadcast<pack<T>>(-1));
  low = select(told, low, broadcast<pack<T>>(-1));
  store_bound(found.low + at, low, true);
  store_bound(found.near + at, near, false);
  store_bound(found.next + at, other, true);
}

}  // namespace
}  // namespace covey
