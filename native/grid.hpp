// Greedy k-means++ with its candidates weighed on a grid.
//
// Seeding reads all rows once for each center, so what counts is how many bytes a row has. For the
// trial of candidates rows are rounded to whole numbers of 16 bits, whose distances are exact and
// whose rounding is bounded; which rows a candidate may come nearer to is told without a miss. The
// rows of the one that is taken are then looked at themselves, in double: the distances by which
// candidates are drawn owe nothing to the grid. What it may decide is only which of two candidates
// that gain nearly as much is taken.
#pragma once

#include "blocks.hpp"
#include "pages.hpp"

namespace covey {

/// The grid for rows between `low` and `high`: value x is (x − shift) · scale, rounded.
struct Ruler {
  Buffers<double> shift;
  double scale = 0;  // a power of two; 0: there is no grid
  double slack = 0;  // most that rounding both ends changes a distance by
};

/// Differences must fit 16 bits, and their squares, over each group of features, 31.
template <class T>
Ruler ruler(const T* low, const T* high, Int d) {
  Ruler found{Buffers<double>(1, d)};
  double widest = 0, most = 0, group = 0, farthest = 0;
  for (Int f = 0; f < d; ++f) {
    const double from = double(low[f]), to = double(high[f]), width = to - from;
    found.shift[0][f] = from + width / 2;
    widest = std::max(widest, width);
    farthest = std::max({farthest, std::abs(from), std::abs(to)});
    group = f % (2 * GRID_GROUP) == 0 ? width * width : group + width * width;
    most = std::max(most, group);
  }
  if (!(widest > 1e-140 && most < 1e300)) return found;
  const double scale = std::min(32000 / widest, std::sqrt(2e9 / most));
  found.scale = std::exp2(std::floor(std::log2(scale)));
  const double each = 0.5 + 2 * farthest * found.scale * 0x1p-52;
  found.slack = 2 * each * std::sqrt(double(d)) * (1 + 0x1p-20);
  return found;
}

/// The grid for rows, from their least and greatest values.
template <class T>
Ruler ruler(const Dense<T>& X) {
  const Blocks blocks{X.n, BLOCK};
  const Buffers<T> low(blocks.count(), X.d), high(blocks.count(), X.d);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const T* const first = X.row(block * BLOCK);
    std::copy(first, first + X.d, low[block]);
    std::copy(first, first + X.d, high[block]);
    kernels<T>().extent(X, blocks.at(block), low[block], high[block]);
  });
  for (Int block = 1; block < blocks.count(); ++block)
    for (Int f = 0; f < X.d; ++f) {
      low[0][f] = std::min(low[0][f], low[block][f]);
      high[0][f] = std::max(high[0][f], high[block][f]);
    }
  return ruler(low[0], high[0], X.d);
}

/// Rows on their grid.
class Gridded {
 public:
  template <class T>
  Gridded(const Dense<T>& X, const Ruler& ruler)
      : n_(X.n), pairs_((X.d + 1) / 2), at_(1, room(X.n) * pairs_) {
    want_large_pages(at_[0], static_cast<std::size_t>(room(X.n) * pairs_) * sizeof(std::int32_t));
    const Blocks blocks{X.n, BLOCK};
    each_block(blocks.count(), threads(), [&](Int block, int) {
      const Range rows = blocks.at(block);
      kernels<T>().round_to_grid(X, rows, ruler.shift[0], ruler.scale,
                                 at_[0] + rows.begin * pairs_);
    });
    const Int filled = (X.n + GRID_ROWS - 1) / GRID_ROWS * GRID_ROWS;
    std::fill(at_[0] + filled * pairs_, at_[0] + room(X.n) * pairs_, 0);
  }
  Grid view() const { return {at_[0], n_, pairs_}; }

  /// Rows that there is room for, n of them used.
  static Int room(Int n) { return (n + GRID_STEP - 1) / GRID_STEP * GRID_STEP; }

 private:
  Int n_, pairs_;
  Buffers<std::int32_t> at_;
};

/// A few rows of a grid, as candidates.
class Tried {
 public:
  Tried(const Grid& grid, const Int* rows, Int m, double slack)
      : m_(m),
        slack_(static_cast<float>(slack)),
        at_(1, m * grid.pairs),
        sq_norms_(1, m * groups(grid.pairs)) {
    std::int32_t *to = at_[0], *norm = sq_norms_[0];
    for (Int j = 0; j < m; ++j)
      for (Int first = 0; first < grid.pairs; first += GRID_GROUP) {
        Int sum = 0;
        for (Int p = first; p < std::min(grid.pairs, first + GRID_GROUP); ++p) {
          const std::int32_t both = *to++ = grid.row(rows[j])[p * GRID_ROWS];
          const Int low = static_cast<std::int16_t>(both & 0xFFFF), high = both >> 16;
          sum += low * low + high * high;
        }
        *norm++ = static_cast<std::int32_t>(sum);
      }
  }
  Trials view() const { return {at_[0], sq_norms_[0], m_, slack_}; }

 private:
  static Int groups(Int pairs) { return (pairs + GRID_GROUP - 1) / GRID_GROUP; }
  Int m_;
  float slack_;
  Buffers<std::int32_t> at_, sq_norms_;
};

}  // namespace covey
