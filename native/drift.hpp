// How far the centers move from one pass to the next.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels.hpp"

namespace covey {

struct Drift {
  double sq_shift;  // Σ of the squared movements
  double clock;     // the clock and the two largest movements, scaled, rounded up to a float
};

/// Writes how far each center has moved, scaled and rounded up.
template <class T>
Drift drift(const Centers<T>& before, const Centers<T>& after, double scale, float clock,
            float* moved) {
  // What is skipped would itself be compared with rounding, by distances grown by the drift.
  const double up = 1 + double(before.d + 8) * double(std::numeric_limits<T>::epsilon()) + 1e-6;
  double sq_shift = 0, most = 0, next = 0;
  for (Int j = 0; j < before.k; ++j) {
    double sq = 0;
    for (Int f = 0; f < before.d; ++f) {
      const double difference = double(after.row(j)[f]) - double(before.row(j)[f]);
      sq += difference * difference;
    }
    sq_shift += sq;
    const double by = sq == 0 ? 0 : std::sqrt(sq) * scale * up + 1e-30;
    moved[j] = static_cast<float>(by * (1 + 1e-7));
    next = std::max(next, std::min(by, most));
    most = std::max(most, by);
  }
  if (most == 0) return {sq_shift, clock};
  return {sq_shift, std::nextafter(float(double(clock) + most + next),
                                   std::numeric_limits<float>::infinity())};
}

}  // namespace covey
