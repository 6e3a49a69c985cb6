// Error diffusion (Floyd and Steinberg 1976) in whole numbers, every other row backwards: one pixel
// at a time, swatches in lanes; see swatches.hpp.
//
// What a pixel takes of the error that came to it is eased where the image has contrast of its own:
// there nobody sees steps between colors, but everybody sees dots. A pixel whose color is a swatch
// takes none, so that flat areas stay flat.
#include <algorithm>
#include <cstring>
#include <limits>

#include "halves.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

constexpr int W = lanes<float>;

/// How far a pixel is moved at most, of a coordinate: where no color of the palette can make up for
/// an error it would grow, and smear.
constexpr std::int32_t REACH = 600;
using four = vec<std::int32_t, 4>;

/// Each lane the least of all.
template <int... L>
inline whole least(whole v, std::integer_sequence<int, L...>) {
  if constexpr (W >= 16) v = minimum(v, __builtin_shufflevector(v, v, (L ^ 8)...));
  if constexpr (W >= 8) v = minimum(v, __builtin_shufflevector(v, v, (L ^ 4)...));
  v = minimum(v, __builtin_shufflevector(v, v, (L ^ 2)...));
  return minimum(v, __builtin_shufflevector(v, v, (L ^ 1)...));
}

/// Nearest swatch of one color, the lowest index of those that are as near.
inline Int nearest_of(four x, const Swatches& swatches) {
  const auto pair = [](std::int32_t a, std::int32_t b) {
    return static_cast<std::int32_t>((static_cast<std::uint32_t>(a) & 0xffffu) |
                                     static_cast<std::uint32_t>(b) << 16);
  };
  const whole low = broadcast<whole>(pair(x[0], x[1])), high = broadcast<whole>(pair(x[2], x[3]));
  whole best = broadcast<whole>(std::numeric_limits<std::int32_t>::max()), at{}, here{};
  for (Int j = 0; j < swatches.stride; j += W) {
    const whole score = load<whole>(swatches.sq + j) +
                        pair_products(low, load<whole>(swatches.low + j)) +
                        pair_products(high, load<whole>(swatches.high + j));
    at = select(score < best, here, at);
    best = minimum(best, score);
    here += 1;
  }
  const whole all = least(best, std::make_integer_sequence<int, W>{});
  std::int32_t turn[W];
  store(turn, at);
  Int found = swatches.k;
  for (unsigned bits = bits_of((mask<float>)(best == all)); bits; bits &= bits - 1) {
    const int lane = __builtin_ctz(bits);
    found = std::min<Int>(found, Int{turn[lane]} * W + lane);
  }
  return found;
}

inline four color_at(const std::int16_t* colors, std::int32_t code) {
  std::int16_t c[4];
  std::memcpy(c, colors + 4 * Int{code}, sizeof c);
  return four{c[0], c[1], c[2], c[3]};
}

inline std::int32_t sq_length(four x) {
  const four sq = x * x;
  return sq[0] + sq[1] + sq[2] + sq[3];
}

/// The image around a pixel: how much its color differs from its neighbors'.
struct Around {
  const Dithering& image;
  Int y;

  std::int32_t contrast(Int x, four color) const {
    const std::int32_t* row = image.codes + y * image.w;
    std::int32_t most = 0;
    const auto meet = [&](std::int32_t code) {
      const four gap = color - color_at(image.colors, code);
      most = std::max(most, sq_length(gap) / 4);
    };
    if (x > 0) meet(row[x - 1]);
    if (x + 1 < image.w) meet(row[x + 1]);
    if (y > 0) meet(row[x - image.w]);
    if (y + 1 < image.h) meet(row[x + image.w]);
    return most;
  }
};

/// The share, of 256, of the error that a pixel takes.
inline std::int32_t share(const Dithering& image, std::int32_t off, std::int32_t contrast) {
  const std::int64_t calm = std::int64_t{off} * image.ease;
  return static_cast<std::int32_t>(image.strength * calm / (calm + std::int64_t{contrast} * 4 + 1));
}

void diffuse(const Dithering& image, Range rows, Int kept, std::int32_t* scratch) {
  const Int w = image.w;
  std::int32_t* now = scratch + 4;         // what came to each pixel, in sixteenths
  std::int32_t* next = now + 4 * (w + 2);  // a pixel more on both sides
  std::fill(scratch, scratch + 8 * (w + 2), 0);
  for (Int y = rows.begin; y < rows.end; ++y) {
    const Int step = y % 2 ? -1 : 1, first = step > 0 ? 0 : w - 1;
    const std::int32_t* codes = image.codes + y * w;
    const Around around{image, y};
    std::fill(next - 4, next + 4 * (w + 1), 0);
    four ahead{};
    for (Int i = 0, x = first; i < w; ++i, x += step) {
      const four color = color_at(image.colors, codes[x]);
      const std::int32_t part = share(image, image.off[codes[x]], around.contrast(x, color));
      const four came = ((ahead + load<four>(now + 4 * x)) * part + 2048) >> 12;
      const four want =
          color + minimum(maximum(came, broadcast<four>(-REACH)), broadcast<four>(REACH));
      const Int found = nearest_of(want, image.swatches);
      if (y >= kept) image.out[y * w + x] = static_cast<std::uint8_t>(found);
      const four error = want - color_at(image.centers, static_cast<std::int32_t>(found));
      ahead = error * 7;
      const auto pass = [&](Int to, std::int32_t sixteenths) {
        store(next + 4 * to, load<four>(next + 4 * to) + error * sixteenths);
      };
      pass(x - step, 3);
      pass(x, 5);
      pass(x + step, 1);
    }
    std::swap(now, next);
  }
}

}  // namespace

void COVEY_ADD(diffusing)(Table& table) { table.colors.diffuse = diffuse; }

}  // namespace covey
