// Colors as whole numbers of 16 bits, four of each, and the few that all others are put to.
//
// Coordinates are such that squared Euclidean distance is what differs to the eye, over black and
// over white alike (covey/colors/spaces.py); none is beyond ±8192. So ‖x − c‖² is below 2³¹ and
// exact, sums of whole numbers are too, and every machine finds the same palette.
//
//     color       c₀ c₁ c₂ c₃                                     8 bytes
//     swatches    low:  −2c₀|−2c₁ of each swatch                  filled up to whole registers
//                 high: −2c₂|−2c₃
//                 sq:   ‖c‖²; of filling, 2³¹ − 1
//     score       sq + low · x₀|x₁ + high · x₂|x₃ = ‖x − c‖² − ‖x‖²
#pragma once

#include "views.hpp"

namespace covey {

inline constexpr std::int32_t MOST_OF_COLOR = 8192;  // of a coordinate
inline constexpr Int SWATCHES_AT_ONCE = 16;          // of the widest register

struct Swatches {
  const std::int32_t *low, *high, *sq;
  Int k, stride;
};

/// How an image is dithered: by its own colors (an index into `colors` for each pixel), those
/// that they are nearest to, and how far off these are.
struct Dithering {
  const std::int32_t* codes;  // h × w
  Int h, w;
  const std::int16_t* colors;  // × 4
  const std::int32_t* off;     // squared distance of each color to its nearest swatch
  Swatches swatches;
  const std::int16_t* centers;  // k × 4
  std::int32_t strength;        // of 256: how much of an error is passed on
  std::int32_t ease;            // the less, the sooner contrast around a pixel calms it; of 16
  std::uint8_t* out;            // h × w
};

/// Kernels of colors: whole numbers of 16 bits, exact, and so the same on every instruction set.
struct ColorKernels {
  /// Nearest swatch of each of n colors (n × 4), ties to the lowest index, and the squared
  /// distance to it; to the second nearest as well where `second` is not null.
  void (*nearest)(const std::int16_t* x, Int n, const Swatches&, Label* labels, std::int32_t* sq,
                  std::int32_t* second);

  /// Dither a range of rows by error diffusion; `out` gets those from `kept` on, w for each.
  void (*diffuse)(const Dithering&, Range rows, Int kept, std::int32_t* scratch);
};

}  // namespace covey
