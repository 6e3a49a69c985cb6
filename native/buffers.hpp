// Memory of a pass: allocated here, before any kernel runs, and bounded.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <optional>

#include "kernels.hpp"
#include "stopping.hpp"

namespace covey {

/// Several arrays of one size, each on cache lines of its own.
template <class T>
class Buffers {
 public:
  Buffers(Int n_arrays, Int size)
      : step_((size * Int{sizeof(T)} + LINE - 1) / LINE * LINE / Int{sizeof(T)}),
        at_(static_cast<T*>(
            ::operator new(static_cast<std::size_t>(std::max<Int>(1, n_arrays * step_)) * sizeof(T),
                           std::align_val_t{LINE}))) {}
  T* operator[](Int i) const { return at_.get() + i * step_; }

 private:
  static constexpr Int LINE = 64;
  struct Free {
    void operator()(T* at) const { ::operator delete(at, std::align_val_t{LINE}); }
  };
  Int step_;
  std::unique_ptr<T, Free> at_;
};

/// The centers with several in a register, and their squared norms.
template <class T>
class Turned {
 public:
  explicit Turned(const Centers<T>& centers)
      : stride_((centers.k + ACROSS - 1) / ACROSS * ACROSS),
        at_(1, centers.d * stride_),
        sq_norms_(1, stride_) {
    std::fill(at_[0], at_[0] + centers.d * stride_, T(0));
    std::fill(sq_norms_[0], sq_norms_[0] + stride_, 0.0);
    for (Int j = 0; j < centers.k; ++j, may_stop_at(j))
      for (Int f = 0; f < centers.d; ++f) {
        const double value = double(centers.row(j)[f]);
        at_[0][f * stride_ + j] = centers.row(j)[f];
        sq_norms_[0][j] += value * value;
      }
  }
  Across<T> view() const { return {at_[0], sq_norms_[0], stride_}; }

 private:
  Int stride_;
  Buffers<T> at_;
  Buffers<double> sq_norms_;
};

/// The centers as `add_rows` reads them: doubles, in the stride of the sums.
template <class T>
class Doubled {
 public:
  explicit Doubled(const Centers<T>& centers) : at_(1, centers.k * sums_stride(centers.d)) {
    double* to = at_[0];
    for (Int j = 0; j < centers.k; ++j, to += sums_stride(centers.d)) {
      may_stop_at(j);
      std::fill(to, to + sums_stride(centers.d), 0.0);
      std::copy(centers.row(j), centers.row(j) + centers.d, to);
      to[centers.d] = 1;
    }
  }
  const double* view() const { return at_[0]; }

 private:
  Buffers<double> at_;
};

/// The centers for screening.
class Screening {
 public:
  explicit Screening(const Centers<double>& centers)
      : at_(1, centers.k * centers.d), shift_(1, centers.d) {
    double* shift = shift_[0];
    std::fill(shift, shift + centers.d, 0.0);
    for (Int j = 0; j < centers.k; ++j)
      for (Int f = 0; f < centers.d; ++f) shift[f] += centers.row(j)[f] / double(centers.k);
    double most = 0;
    for (Int j = 0; j < centers.k; ++j) {
      may_stop_at(j);
      double sq_norm = 0;
      for (Int f = 0; f < centers.d; ++f) {
        const double moved = centers.row(j)[f] - shift[f];
        at_[0][j * centers.d + f] = static_cast<float>(moved);
        sq_norm += moved * moved;
      }
      most = std::max(most, sq_norm);
    }
    screen_ = {at_[0], shift, static_cast<float>(std::sqrt(most))};
  }
  const Screen* view() const { return &screen_; }

 private:
  Buffers<float> at_;
  Buffers<double> shift_;
  Screen screen_;
};

/// Makes the screen where it pays: rows in double, and centers enough to earn the rounding.
inline std::optional<Screening> screening(const Centers<double>& centers) {
  if (centers.k < 12) return std::nullopt;
  return std::optional<Screening>(std::in_place, centers);
}
inline std::optional<Screening> screening(const Centers<float>&) { return std::nullopt; }

}  // namespace covey
