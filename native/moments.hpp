// Running sums of sorted values, and what they say of a stretch: its sum of squares about its mean.
//
// A row of sums is Σw, Σw(x − o), Σw(x − o)² over all values before a place; two rows give the
// scatter of the values between them. `Plain` rows are doubles: their scatter is off by a few
// roundings of the whole Σw(x − o)². `Precise` rows are twofold: a group keeps its digits however
// far it lies from the others.
#pragma once

#include <algorithm>

#include "kernels.hpp"
#include "twofold.hpp"

namespace covey {
namespace {

struct Plain {
  double weight = 0, sum = 0, squares = 0;

  void add(double w, double x, double origin) {
    const double away = x - origin;
    weight += w, sum += w * away, squares += w * away * away;
  }
  Plain operator+(const Plain& other) const {
    return {weight + other.weight, sum + other.sum, squares + other.squares};
  }
};

struct Precise {
  Twofold weight, sum, squares;

  void add(double w, double x, double origin) {
    const Twofold away = two_sum(x, -origin), moment = away * w;
    weight = weight + w, sum = sum + moment, squares = squares + moment * away;
  }
  Precise operator+(const Precise& other) const {
    return {weight + other.weight, sum + other.sum, squares + other.squares};
  }
};

/// Doubles in a row of sums: as Python sees them.
template <class Row>
inline constexpr Int row_size = sizeof(Row) / sizeof(double);

/// Σ w (x − mean)² between two rows; 0 where there is nothing between them.
inline double scatter(const Plain& from, const Plain& to) {
  const double sum = to.sum - from.sum;
  const double found = (to.squares - from.squares) - sum * sum / (to.weight - from.weight);
  return found > 0 ? found : 0;  // not of NaN
}

/// As Σ w (x − m)² for m the mean rounded to double, which adds 2⁻¹⁰⁶ of Σ w m² at most.
inline double scatter(const Precise& from, const Precise& to) {
  const Twofold weight = to.weight - from.weight, sum = to.sum - from.sum;
  if (!(weight.high > 0)) return 0;
  const double mean = sum.high / weight.high;
  const Twofold twice = {2 * sum.high, 2 * sum.low};
  const Twofold found = (to.squares - from.squares) - (twice - weight * mean) * mean;
  return std::max(found.high, 0.0);
}

/// Values added up in double before they go to twofold totals.
inline constexpr Int BLOCK_OF_MEANS = 64;

/// Totals of running sums: twofold whatever the rows are, so that a million additions round once.
inline Precise widened(const Plain& row) { return {{row.weight}, {row.sum}, {row.squares}}; }
inline Precise widened(const Precise& row) { return row; }

template <class Row>
Row narrowed(const Precise& row) {
  if constexpr (row_size<Row> == row_size<Precise>)
    return row;
  else
    return {row.weight.high, row.sum.high, row.squares.high};
}

/// Sums before every `stride`-th of n values, and before the end: rows[0 … ⌈n / stride⌉].
template <class Row, class T>
void running_sums(const T* x, const double* weight, Int n, double origin, Int stride, Row* rows) {
  Precise total;
  for (Int begin = 0; begin < n; begin += stride) {
    *rows++ = narrowed<Row>(total);
    Row block;
    for (Int i = begin; i < std::min(begin + stride, n); ++i)
      block.add(weight ? weight[i] : 1.0, double(x[i]), origin);
    total = total + widened(block);
  }
  *rows = narrowed<Row>(total);
}

/// Sums before each value of some blocks of `stride` values, block b starting from coarse[b].
template <class Row, class T>
void sums_within(const T* x, const double* weight, Int n, double origin, Int stride,
                 const Row* coarse, const Int* blocks, Int n_blocks, Row* rows) {
  for (Int b = 0; b < n_blocks; ++b) {
    const Int begin = blocks[b] * stride;
    Row block;
    for (Int i = begin; i < std::min(begin + stride, n); ++i) {
      *rows++ = coarse[blocks[b]] + block;
      block.add(weight ? weight[i] : 1.0, double(x[i]), origin);
    }
  }
}

/// Mean of the values between each place and the next, added up from the first of them.
template <class T>
void means_between(const T* x, const double* weight, const Int* places, Int n_means,
                   double* means) {
  for (Int j = 0; j < n_means; ++j) {
    const double first = double(x[places[j]]);
    Precise total;
    for (Int begin = places[j]; begin < places[j + 1]; begin += BLOCK_OF_MEANS) {
      Plain block;
      for (Int i = begin; i < std::min(begin + BLOCK_OF_MEANS, places[j + 1]); ++i)
        block.add(weight ? weight[i] : 1.0, double(x[i]), first);
      total = total + widened(block);
    }
    means[j] = first + total.sum.high / total.weight.high;
  }
}

}  // namespace
}  // namespace covey
