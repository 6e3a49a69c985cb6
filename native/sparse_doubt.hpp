// How far the float scores of a sparse row can be off, and what they leave certain.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels.hpp"

namespace covey {
namespace {

/// Values of a row that are summed in one chain; chains of so many are added up.
constexpr Int PIECE = 128;

struct Two {
  float least, second;
  Label label;  // of the least, if there is one alone
};

/// What rounding can do to the scores of one row, all in units of the panel.
struct Doubt {
  double sq_length, error, direct;

  /// `reach` is the most ‖c‖. Each of m products has met at most `steps` roundings to float of
  /// 2⁻²⁴ (of x, of c, in its chain, in the sum of chains); what is smaller than floats can be
  /// adds 2⁻¹⁴⁹ at each step; ‖c‖² and the difference round too. `direct`: the same of direct
  /// distances, in double.
  Doubt(Int m, Int d, double length, double reach) : sq_length(length * length) {
    const double steps = double(std::min(m, PIECE) + m / PIECE + 6);
    error = 1.01 * 0x1p-24 * (2 * steps * length * reach + 4 * reach * (reach + length)) +
            double(m + 4) * (0x1p-146 + 0x1p-52 * sq_length);
    direct = double(d + 4) * 0x1p-50 * (sq_length + reach * reach);
  }

  /// How much the second nearest center and the nearest may approach the row together before
  /// they could change places.
  double leeway(const Two& two) const {
    const double first = std::sqrt(std::max(0.0, sq_length + double(two.least) + error));
    const double second = std::sqrt(std::max(0.0, sq_length + double(two.second) - error));
    return (second - first) * (1 - 0x1p-30) - std::sqrt(direct);
  }
};

}  // namespace
}  // namespace covey
