// The few centers that a row may be nearest to, measured.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels.hpp"

namespace covey {

/// Distances of one row, in units of 1 / `scale`; as exact as double.
template <class T>
class Contest {
 public:
  Contest(const Dense<T>& X, const Centers<T>& centers, Int row, double scale)
      : X_(X), centers_(centers), row_(row), scale_(scale) {}

  double best = infinity, second = infinity;
  Label label = 0;

  double measured(Label center) const {
    double sq;
    kernels<T>().own({X_.row(row_), 1, X_.d}, centers_, {0, 1}, &center, &sq);
    return std::sqrt(sq) * scale_;
  }
  void enter(Label center) { enter(center, measured(center)); }
  void enter(Label center, double distance) {
    second = std::min(second, std::max(distance, best));
    if (distance < best) best = distance, label = center;
  }
  /// Whether `nearest` finds the same label: its squares are off by (d + 3)u each.
  bool is_told() const { return second > best * grown(); }

  /// Write what was found in row i, where no center that did not enter is nearer than `others`, in
  /// units of 1 / scale, of which `unit` make one of the found; `near`, if above 0, stands for the
  /// distance of a sole center that was not measured. Returns whether that can be told.
  bool tell(const Found& found, Int i, double others, double unit, double near = 0) const {
    if (near == 0 && !is_told()) return false;
    const double low = near > 0 ? 0 : best / grown(), next = std::min(others, second) / grown();
    near = (near > 0 ? near : best) * grown();
    // Below, squares lose digits to underflow.
    constexpr double TINY = sizeof(T) == 4 ? 0x1p-30 : 0x1p-450;
    if (!(next > near) || next < TINY * scale_) return false;
    const auto in_float = [&](double x, double off) {
      return static_cast<float>(std::min(x * unit * off, 0x1p126));
    };
    found.label[i] = label;
    found.low[i] = in_float(low, 1 - 0x1p-21);
    found.near[i] = in_float(near, 1 + 0x1p-21);
    found.next[i] = in_float(next, 1 - 0x1p-21);
    return true;
  }
  double grown() const {
    return 1 + 2 * double(X_.d + 8) * double(std::numeric_limits<T>::epsilon());
  }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  const Dense<T>& X_;
  const Centers<T>& centers_;
  Int row_;
  double scale_;
};

}  // namespace covey
