// Memory of a pass: allocated here, before any kernel runs, and bounded.
#pragma once

#include <algorithm>
#include <memory>
#include <new>

#include "kernels.hpp"

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
    for (Int j = 0; j < centers.k; ++j)
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

}  // namespace covey
