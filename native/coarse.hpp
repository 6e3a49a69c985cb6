// Rows and centers rounded to a byte a value, to rule out most centers at a quarter of the price.
//
// x̂ = round((x − shift) / step) in −127 … 127, one step for all features, so that ‖x̂ − ĉ‖² is an
// integer, computed without any rounding. What was rounded away has the length `off`: with
// distances in steps, |‖x − c‖ − ‖x̂ − ĉ‖| ≤ off(x) + off(c), by the triangle inequality.
#pragma once

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "blocks.hpp"

namespace covey {

/// Features at most: scores fit 31 bits, and so does what filling is.
inline constexpr Int MOST_COARSE = 8192;

inline void check_coarse(Int d, double step) {
  if (d > MOST_COARSE)
    throw std::invalid_argument("features rounded to bytes: must be at most " +
                                std::to_string(MOST_COARSE) + "; got " + std::to_string(d));
  if (!(step >= 1e-290 && step <= 1e290))
    throw std::invalid_argument("step must be from 1e-290 to 1e290; got " + std::to_string(step));
}

/// Bytes of a row of d features: whole registers; filling is 0.
inline constexpr Int coarse_stride(Int d) { return (d + 63) / 64 * 64; }

/// Length of what was rounded away, rounded up.
inline float off_of(const Rounded& row) {
  return static_cast<float>(std::sqrt(row.sq_off) * (1 + 1e-6) + 1e-6);
}

template <class T>
void round_to_bytes(const Dense<T>& X, const double* shift, double step, std::int8_t* rows,
                    std::int32_t* facts, float* off) {
  const Blocks blocks{X.n, BLOCK};
  const Int stride = coarse_stride(X.d);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range range = blocks.at(block);
    for (Int i = range.begin; i < range.end; ++i) {
      const Rounded row = kernels<T>().to_bytes(X.row(i), X.d, shift, 1 / step, rows + i * stride);
      std::fill(rows + i * stride + X.d, rows + (i + 1) * stride, std::int8_t{0});
      facts[2 * i] = row.sq, facts[2 * i + 1] = row.sum;
      off[i] = off_of(row);
    }
  });
}

/// Centers as the sieve reads them. A byte there is the value + 128, for the instruction that
/// multiplies bytes wants one of the two without sign.
class CoarseCenters {
 public:
  template <class T>
  CoarseCenters(const Coarse& rows, const Centers<T>& centers)
      : blocks_((centers.k + SIEVE_CENTERS - 1) / SIEVE_CENTERS),
        panel_(1, blocks_ * SIEVE_CENTERS * rows.stride),
        rows_(1, centers.k * rows.stride),
        half_(1, blocks_ * SIEVE_CENTERS),
        off_(1, centers.k) {
    const Int stride = rows.stride;
    std::fill(panel_[0], panel_[0] + blocks_ * SIEVE_CENTERS * stride, std::uint8_t{128});
    std::fill(half_[0], half_[0] + blocks_ * SIEVE_CENTERS, -(std::int32_t{1} << 30));
    for (Int j = 0; j < centers.k; ++j) {
      std::uint8_t* row = rows_[0] + j * stride;
      std::fill(row, row + stride, std::uint8_t{0});
      const Rounded rounded = kernels<T>().to_bytes(
          centers.row(j), rows.d, rows.shift, 1 / rows.step, reinterpret_cast<std::int8_t*>(row));
      for (Int f = 0; f < stride; ++f) row[f] = static_cast<std::uint8_t>(row[f] + 128);
      std::uint8_t* to = panel_[0] + j / SIEVE_CENTERS * SIEVE_CENTERS * stride;
      for (Int f = 0; f < stride; f += 4)
        std::copy(row + f, row + f + 4, to + f * SIEVE_CENTERS + j % SIEVE_CENTERS * 4);
      half_[0][j] = -(rounded.sq / 2);
      off_[0][j] = off_of(rounded);
      most_off_ = std::max(most_off_, off_[0][j]);
    }
    view_ = {panel_[0], rows_[0],  half_[0], off_[0],
             most_off_, centers.k, stride,   (rows.d + 3) / 4};
  }
  const Sieve& view() const { return view_; }

 private:
  Int blocks_;
  Buffers<std::uint8_t> panel_, rows_;
  Buffers<std::int32_t> half_;
  Buffers<float> off_;
  float most_off_ = 0;
  Sieve view_{};
};

}  // namespace covey
