// The few centers that a row may be nearest to, measured.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels.hpp"

namespace covey {

/// Distances of one row, in units of 1 / `scale`; off by no more than those of `nearest`.
template <class T>
class Contest {
 public:
  static constexpr Int MOST = Sieved::MOST;  // centers that may enter

  Contest(const Dense<T>& X, const Centers<T>& centers, Int row, double scale)
      : X_(X), centers_(centers), row_(row), scale_(scale) {}

  double measured(Label center) const {
    T sq;
    kernels<T>().measure(X_.row(row_), centers_, &center, 1, &sq);
    return std::sqrt(double(sq)) * scale_;
  }
  /// Let a center in, whose distance is not known yet; returns whether there was room.
  bool enter(Label center) {
    if (count_ == MOST) return false;
    label_[count_++] = center;
    return true;
  }
  /// The first to enter may have been measured.
  void enter_first(Label center, double distance) {
    label_[0] = center, distance_[0] = distance;
    count_ = n_measured_ = 1;
  }

  /// Write what was found in row i, where no center that did not enter is nearer than `others`, in
  /// units of 1 / scale, of which `unit` make one of the found. Returns whether it can be told.
  bool tell(const Found& found, Int i, double others, double unit) {
    if (count_ == 0) return false;
    measure_all();
    const Int winner = std::min_element(distance_, distance_ + count_) - distance_;
    const double best = distance_[winner];
    for (Int c = 0; c < count_; ++c)
      if (c != winner) others = std::min(others, distance_[c]);
    found.label[i] = label_[winner];
    if (!(others > best * (1 + error())) && !decide(best, found.label[i])) return false;
    return write(found, i, best, best, others, unit);
  }
  /// The same where only one center is left, whose distance is at most `near`.
  bool tell_sole(const Found& found, Int i, Label center, double near, double others,
                 double unit) const {
    found.label[i] = center;
    return others > near * (1 + error()) && write(found, i, 0, near, others, unit);
  }

  /// By how much two distances must differ, relatively, for `nearest` to find the same: its squares
  /// are off by (d + 3)u each, and so are those measured: 2d + 6 of the 2d + 16 here.
  double error() const { return double(X_.d + 8) * double(std::numeric_limits<T>::epsilon()); }

 private:
  void measure_all() {
    T sq[MOST];
    const Int n = count_ - n_measured_;
    kernels<T>().measure(X_.row(row_), centers_, label_ + n_measured_, n, sq);
    for (Int i = 0; i < n; ++i) distance_[n_measured_ + i] = std::sqrt(double(sq[i])) * scale_;
    n_measured_ = count_;
  }

  /// Of the centers as near as the best, to rounding, the one that `nearest` takes.
  bool decide(double best, Label& label) const {
    Label close[MOST];
    T sq[MOST];
    Int n = 0;
    for (Int c = 0; c < count_; ++c)
      if (distance_[c] <= best * (1 + 2 * error())) close[n++] = label_[c];
    std::sort(close, close + n);
    kernels<T>().in_order(X_.row(row_), centers_, close, n, sq);
    const Int first = std::min_element(sq, sq + n) - sq;
    label = close[first];
    return std::isfinite(sq[first]);
  }

  bool write(const Found& found, Int i, double low, double near, double next, double unit) const {
    // Below, squares lose digits to underflow.
    constexpr double TINY = sizeof(T) == 4 ? 0x1p-30 : 0x1p-450;
    if (!(near >= TINY * scale_)) return false;
    const auto in_float = [&](double x, double off) {
      return static_cast<float>(std::min(x * unit * off, 0x1p126));
    };
    found.low[i] = in_float(low / (1 + 2 * error()), 1 - 0x1p-21);
    found.near[i] = in_float(near * (1 + 2 * error()), 1 + 0x1p-21);
    found.next[i] = in_float(next / (1 + 2 * error()), 1 - 0x1p-21);
    return true;
  }

  const Dense<T>& X_;
  const Centers<T>& centers_;
  Int row_;
  double scale_;
  Int count_ = 0, n_measured_ = 0;
  Label label_[MOST];
  double distance_[MOST];
};

}  // namespace covey
