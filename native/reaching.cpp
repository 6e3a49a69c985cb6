// What whole numbers reach, and whether they are whole: before rows are taken for codes of few
// bits.
#include <algorithm>

#include "tables.hpp"

namespace covey {
namespace {

template <class T>
void look(const T* x, Int period, T* least, T* most, std::int32_t* off) {
  constexpr T LARGE = LARGE_WHOLE;
  for (Int j = 0; j < period; ++j) {
    const T above = x[j] > -LARGE ? x[j] : -LARGE, value = above < LARGE ? above : LARGE;
    off[j] |= T(static_cast<std::int32_t>(value)) != x[j];
    least[j] = value < least[j] ? value : least[j];
    most[j] = value > most[j] ? value : most[j];
  }
}

/// As many as there is room for stay in registers.
template <class T>
void reach(const T* x, Int n, Int period, T* least, T* most, std::int32_t* off) {
  if (period != REACH_ROOM) {
    for (; n > 0; --n, x += period) look(x, period, least, most, off);
    return;
  }
  T low[REACH_ROOM], high[REACH_ROOM];
  std::int32_t odd[REACH_ROOM];
  std::copy(least, least + period, low);
  std::copy(most, most + period, high);
  std::copy(off, off + period, odd);
  for (; n > 0; --n, x += REACH_ROOM) look(x, REACH_ROOM, low, high, odd);
  std::copy(low, low + period, least);
  std::copy(high, high + period, most);
  std::copy(odd, odd + period, off);
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.reach = reach<T>;
}

}  // namespace

void COVEY_ADD(reaching)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
