// Greedy k-means++ with its candidates weighed on a grid.
//
// Seeding reads all rows once for each center, so what counts is how many bytes a row has. For the
// trial of candidates rows are rounded to whole numbers of 16 bits, whose distances are exact and
// whose rounding is bounded; which rows a candidate may come nearer to is told without a miss. The
// rows of the one that is taken are then looked at themselves, in double: the distances by which
// candidates are drawn owe nothing to the grid. What it may decide is only which of two candidates
// that gain nearly as much is taken.
#pragma once

#include <limits>
#include <numeric>

#include "blocks.hpp"

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

/// Where a running sum exceeds a value first; never at a step of zero.
inline Int place_of(const double* running, Int n, double value) {
  const Int last = std::lower_bound(running, running + n, running[n - 1]) - running;
  return std::min(last, Int(std::upper_bound(running, running + n, value) - running));
}

template <class T>
class Greedy {
 public:
  /// `m` candidates for each center, at most CANDIDATES.
  Greedy(const Dense<T>& X, const double* weight, Int m)
      : X_(X),
        weight_(weight),
        m_(m),
        blocks_{X.n, BLOCK},
        chunks_{X.n, CHUNK},
        pairs_((X.d + 1) / 2),
        ruler_(measured(X)),
        sq_(1, (X.n + GRID_STEP - 1) / GRID_STEP * GRID_STEP),
        chunk_sums_(1, chunks_.count()),
        running_(1, chunks_.count()),
        nearer_(blocks_.count(), m * TILES) {
    const Int room = (X.n + GRID_STEP - 1) / GRID_STEP * GRID_STEP;
    std::fill(sq_[0], sq_[0] + X.n, std::numeric_limits<float>::infinity());
    std::fill(sq_[0] + X.n, sq_[0] + room, 0.0f);
    for (Int i = 0; weight && i < X.n; ++i) {
      mass_ += weight[i];
      most_ = std::max(most_, weight[i]);
    }
    if (!weight) mass_ = double(X.n), most_ = 1;
  }

  /// Choose rows after the first, `chosen[0]`, m shares in [0, 1) for each; returns how many there
  /// are then: k, or fewer if distances have become too short for the grid, or too long.
  Int run(Int k, const double* shares, Int* chosen) {
    if (ruler_.scale == 0) return 1;
    take(X_.row(chosen[0]), -1);
    if (k > 1 && fine()) fill_grid();
    for (Int n = 1; n < k; ++n) {
      if (!fine()) return n;
      Int drawn[CANDIDATES];
      draw(shares + (n - 1) * m_, drawn);
      const Int best = weigh(drawn);
      chosen[n] = drawn[best];
      take(X_.row(chosen[n]), best);
    }
    return k;
  }

 private:
  static constexpr Int TILES = BLOCK / GRID_ROWS;

  static Ruler measured(const Dense<T>& X) {
    const Blocks blocks{X.n, BLOCK};
    const Buffers<T> low(blocks.count(), X.d), high(blocks.count(), X.d);
    each_block(blocks.count(), threads(), [&](Int block, int) {
      std::copy(X.row(block * BLOCK), X.row(block * BLOCK) + X.d, low[block]);
      std::copy(X.row(block * BLOCK), X.row(block * BLOCK) + X.d, high[block]);
      kernels<T>().extent(X, blocks.at(block), low[block], high[block]);
    });
    for (Int block = 1; block < blocks.count(); ++block)
      for (Int f = 0; f < X.d; ++f) {
        low[0][f] = std::min(low[0][f], low[block][f]);
        high[0][f] = std::max(high[0][f], high[block][f]);
      }
    return ruler(low[0], high[0], X.d);
  }

  void fill_grid() {
    grid_.emplace(1, (X_.n + GRID_STEP - 1) / GRID_STEP * GRID_STEP * pairs_);
    each_block(blocks_.count(), threads(), [&](Int block, int) {
      const Range rows = blocks_.at(block);
      kernels<T>().round_to_grid(X_, rows, ruler_.shift[0], ruler_.scale,
                                 (*grid_)[0] + rows.begin * pairs_);
    });
    if (X_.n % GRID_STEP == 0 || X_.n % GRID_STEP > GRID_ROWS) return;
    std::int32_t* const last = (*grid_)[0] + (X_.n / GRID_STEP * GRID_STEP + GRID_ROWS) * pairs_;
    std::fill(last, last + GRID_ROWS * pairs_, 0);
  }

  /// Whether distances are long against what the grid changes them by: on average by an eighth at
  /// worst, where all features err one way; by a hundredth as errors go.
  bool fine() {
    std::partial_sum(chunk_sums_[0], chunk_sums_[0] + chunks_.count(), running_[0]);
    const double all = running_[0][chunks_.count() - 1];
    return all > mass_ * 64 * ruler_.slack * ruler_.slack && all < infinity_;
  }

  /// The rows at given shares of the running sum of w sq: first the chunk, then the row in it.
  void draw(const double* shares, Int* rows) const {
    const Int n = chunks_.count();
    for (Int j = 0; j < m_; ++j) {
      const double target = shares[j] * running_[0][n - 1];
      const Int chunk = place_of(running_[0], n, target);
      const Range range = chunks_.at(chunk);
      double inside[CHUNK], sum = 0;
      for (Int i = 0; i < range.size(); ++i) {
        const double sq = double(sq_[0][range.begin + i]);
        inside[i] = sum += weight_ ? sq * weight_[range.begin + i] : sq;
      }
      const double before = chunk > 0 ? running_[0][chunk - 1] : 0;
      rows[j] = range.begin + place_of(inside, range.size(), std::max(0.0, target - before));
    }
  }

  /// The candidate that gains most, and the bits of all.
  Int weigh(const Int* drawn) {
    const Grid grid{(*grid_)[0], X_.n, pairs_};
    const Int groups = (pairs_ + GRID_GROUP - 1) / GRID_GROUP;
    const Buffers<std::int32_t> at(1, m_ * pairs_), sq_norms(1, m_ * groups);
    for (Int j = 0; j < m_; ++j)
      for (Int g = 0; g < groups; ++g) {
        Int sum = 0;
        for (Int p = g * GRID_GROUP; p < std::min(pairs_, (g + 1) * GRID_GROUP); ++p) {
          const std::int32_t both = at[0][j * pairs_ + p] = grid.row(drawn[j])[p * GRID_ROWS];
          const Int low = static_cast<std::int16_t>(both & 0xFFFF), high = both >> 16;
          sum += low * low + high * high;
        }
        sq_norms[0][j * groups + g] = static_cast<std::int32_t>(sum);
      }
    const Trials trials{at[0], sq_norms[0], m_, static_cast<float>(ruler_.slack)};
    const Buffers<double> parts(blocks_.count(), m_);
    each_block(blocks_.count(), threads(), [&](Int block, int) {
      const Range rows = blocks_.at(block);
      std::fill(parts[block], parts[block] + m_, 0.0);
      std::fill(nearer_[block], nearer_[block] + m_ * TILES, std::uint16_t{0});
      kernels<T>().weigh_on_grid(grid, trials, rows, sq_[0] + rows.begin,
                                 from(weight_, rows.begin), 1 / most_, parts[block],
                                 nearer_[block]);
    });
    double gained[CANDIDATES];
    merge(parts, blocks_.count(), m_, gained);
    return std::max_element(gained, gained + m_) - gained;
  }

  /// Lower the rows to a center: those that candidate `which` may come nearer to, or all (−1).
  void take(const T* center, Int which) {
    each_block(blocks_.count(), threads(), [&](Int block, int) {
      const Range rows = blocks_.at(block);
      bool lowered[BLOCK / CHUNK] = {};
      kernels<T>().come_nearer(X_, center, ruler_.scale, rows,
                               which < 0 ? nullptr : nearer_[block] + which * TILES,
                               sq_[0] + rows.begin, lowered);
      each_chunk(rows, [&](Range chunk) {
        if (!lowered[(chunk.begin - rows.begin) / CHUNK]) return;
        chunk_sums_[0][chunk.begin / CHUNK] = kernels<float>().weigh(
            sq_[0] + chunk.begin, from(weight_, chunk.begin), chunk.size());
      });
    });
  }

  static constexpr double infinity_ = std::numeric_limits<double>::infinity();
  const Dense<T>& X_;
  const double* weight_;
  Int m_;
  Blocks blocks_, chunks_;
  Int pairs_;
  Ruler ruler_;
  Buffers<float> sq_;  // in units of the grid
  Buffers<double> chunk_sums_, running_;
  Buffers<std::uint16_t> nearer_;  // a bit for each candidate and row: block, candidate, tile
  std::optional<Buffers<std::int32_t>> grid_;
  double mass_ = 0, most_ = 0;
};

}  // namespace covey
