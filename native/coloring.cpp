// Nearest swatch of colors: colors in lanes, swatches one by one; see swatches.hpp.
#include <algorithm>
#include <limits>

#include "halves.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

constexpr int W = lanes<float>, R = 2;  // colors of a register; registers at once
constexpr std::int32_t MOST = std::numeric_limits<std::int32_t>::max();

template <int... L>
inline void split(const std::int16_t* x, whole& low, whole& high,
                  std::integer_sequence<int, L...>) {
  const whole first = load<whole>(x), second = load<whole>(x + 2 * W);
  low = __builtin_shufflevector(first, second, (2 * L)...);
  high = __builtin_shufflevector(first, second, (2 * L + 1)...);
}

/// R registers of colors and what is nearest to them.
template <bool TWO>
struct Some {
  whole low[R], high[R], best[R], next[R], label[R];

  explicit Some(const std::int16_t* x) {
    constexpr std::make_integer_sequence<int, W> each;
    for (int r = 0; r < R; ++r) {
      split(x + r * 4 * W, low[r], high[r], each);
      best[r] = next[r] = broadcast<whole>(MOST);
      label[r] = whole{};
    }
  }
  void meet(const Swatches& swatches) {
    for (Int j = 0; j < swatches.k; ++j) {
      const whole a = broadcast<whole>(swatches.low[j]), b = broadcast<whole>(swatches.high[j]);
      const whole sq = broadcast<whole>(swatches.sq[j]);
      const whole here = broadcast<whole>(static_cast<std::int32_t>(j));
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) {
        const whole score = sq + pair_products(low[r], a) + pair_products(high[r], b);
        const auto closer = score < best[r];
        if constexpr (TWO) next[r] = minimum(next[r], select(closer, best[r], score));
        label[r] = select(closer, here, label[r]);
        best[r] = minimum(best[r], score);
      }
    }
  }
  void put(Label* labels, std::int32_t* sq, std::int32_t* second) const {
    for (int r = 0; r < R; ++r) {
      const whole sq_norm = pair_products(low[r], low[r]) + pair_products(high[r], high[r]);
      store(labels + r * W, label[r]);
      store(sq + r * W, best[r] + sq_norm);
      if constexpr (TWO)  // there is no second where it is still the greatest number
        store(second + r * W,
              select(next[r] == broadcast<whole>(MOST), next[r], next[r] + sq_norm));
    }
  }
};

template <bool TWO>
void nearest_by(const std::int16_t* x, Int n, const Swatches& swatches, Label* labels,
                std::int32_t* sq, std::int32_t* second) {
  constexpr Int N = R * W;
  Int i = 0;
  for (; i + N <= n; i += N) {
    Some<TWO> some(x + 4 * i);
    some.meet(swatches);
    some.put(labels + i, sq + i, TWO ? second + i : nullptr);
  }
  if (i == n) return;
  std::int16_t rest[4 * N] = {};
  std::int32_t found[N], far[N];
  Label put[N];
  std::copy(x + 4 * i, x + 4 * n, rest);
  Some<TWO> some(rest);
  some.meet(swatches);
  some.put(put, found, far);
  std::copy(put, put + (n - i), labels + i);
  std::copy(found, found + (n - i), sq + i);
  if constexpr (TWO) std::copy(far, far + (n - i), second + i);
}

void nearest_color(const std::int16_t* x, Int n, const Swatches& swatches, Label* labels,
                   std::int32_t* sq, std::int32_t* second) {
  if (second)
    nearest_by<true>(x, n, swatches, labels, sq, second);
  else
    nearest_by<false>(x, n, swatches, labels, sq, second);
}

}  // namespace

void COVEY_ADD(coloring)(Table& table) { table.colors.nearest = nearest_color; }

}  // namespace covey
