// Colors in the coordinates of a color space, as whole numbers (swatches.hpp): light of each
// channel, mixed, bent as the eye does, mixed again; then over black and over white.
#pragma once

#include <cmath>

#include "blocks.hpp"

namespace covey {

enum class Bend { NONE = 0, CUBE_ROOT = 1, CIELAB = 2 };

struct ColorSpace {
  const double* light;         // of each value 0 … 255
  const double *first, *then;  // 3 × 3, row after row
  Bend bend;
  const double* black;  // 3: what is taken from the coordinates
  const double* half;   // 3: half the way from black to white
};

inline double bent(double light, Bend bend) {
  constexpr double EDGE = 216.0 / 24389.0, SLOPE = 24389.0 / 27.0 / 116.0;  // CIE 15:2018
  if (bend == Bend::NONE) return light;
  if (bend == Bend::CIELAB && light <= EDGE) return SLOPE * light + 16.0 / 116.0;
  return std::cbrt(light);
}

/// Let v be a color from black and a its alpha. Over black it is a·v, over white a·v + (1 − a)·2h.
/// The mean of both squared distances is that of a·(v − h) plus that of a·‖h‖: four coordinates.
inline void color_coordinates(const std::uint8_t* colors, Int n, const ColorSpace& space,
                              std::int16_t* out) {
  const double* h = space.half;
  const double length = std::sqrt(h[0] * h[0] + h[1] * h[1] + h[2] * h[2]);
  const Blocks blocks{n, BLOCK};
  each_block(blocks.count(), n < 2 * BLOCK ? 1 : threads(), [&](Int block, int) {
    const Range range = blocks.at(block);
    for (Int i = range.begin; i < range.end; ++i) {
      const std::uint8_t* color = colors + 4 * i;
      const double a = color[3] / 255.0;
      double mixed[3];
      for (int f = 0; f < 3; ++f) {
        const double* m = space.first + 3 * f;
        mixed[f] = bent(m[0] * space.light[color[0]] + m[1] * space.light[color[1]] +
                            m[2] * space.light[color[2]],
                        space.bend);
      }
      const auto whole = [](double value) {
        return static_cast<std::int16_t>(
            std::lrint(std::min<double>(std::max<double>(value, -MOST_OF_COLOR), MOST_OF_COLOR)));
      };
      for (int f = 0; f < 3; ++f) {
        const double* m = space.then + 3 * f;
        const double v = m[0] * mixed[0] + m[1] * mixed[1] + m[2] * mixed[2] - space.black[f];
        out[4 * i + f] = whole(a * (v - h[f]));
      }
      out[4 * i + 3] = whole(a * length);
    }
  });
}

}  // namespace covey
