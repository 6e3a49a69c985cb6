// Greedy k-means++, all centers of several starts in one call: candidates drawn, weighed on a grid,
// and one taken.
#pragma once

#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "grid.hpp"

namespace covey {

/// Where a running sum exceeds a value first; never at a step of zero.
inline Int place_of(const double* running, Int n, double value) {
  const Int last = std::lower_bound(running, running + n, running[n - 1]) - running;
  return std::min(last, Int(std::upper_bound(running, running + n, value) - running));
}

/// Rows and what all starts share of them; made once.
template <class T>
struct Field {
  Field(const Dense<T>& rows, const double* weights) : X(rows), weight(weights), unit(ruler(rows)) {
    if (unit.scale > 0) grid.emplace(X, unit);
    for (Int i = 0; weight && i < X.n; ++i, may_stop_at(i)) {
      mass += weight[i];
      most = std::max(most, weight[i]);
    }
    if (!weight) mass = double(X.n);
    if (!weight || !grid) return;
    shares.emplace(1, Gridded::room(X.n));
    std::fill((*shares)[0] + X.n, (*shares)[0] + Gridded::room(X.n), 0.0f);
    for (Int i = 0; i < X.n; ++i) (*shares)[0][i] = static_cast<float>(weight[i] / most);
  }

  Dense<T> X;
  const double* weight;
  Ruler unit;
  std::optional<Gridded> grid;
  std::optional<Buffers<float>> shares;  // weights in units of the greatest, filled up with zeros
  double mass = 0, most = 0;
};

/// Chooses the first centers of one start after the other.
template <class T>
class Greedy {
 public:
  /// `m` candidates for each center, at most CANDIDATES.
  Greedy(const Field<T>& field, Int m)
      : field_(field),
        X_(field.X),
        weight_(field.weight),
        m_(m),
        blocks_{X_.n, BLOCK},
        chunks_{X_.n, CHUNK},
        ruler_(field.unit),
        sq_(1, Gridded::room(X_.n)),
        chunk_sums_(1, chunks_.count()),
        running_(1, chunks_.count()),
        nearer_(blocks_.count(), m * TILES) {
    want_large_pages(sq_[0], static_cast<std::size_t>(X_.n) * sizeof(float));
  }

  /// Choose rows after the first, `chosen[0]`, m shares in [0, 1) for each; returns how many there
  /// are then: k, or fewer if distances have become too short for the grid, or too long.
  Int run(Int k, const double* shares, Int* chosen) {
    if (ruler_.scale == 0) return 1;
    std::fill(sq_[0], sq_[0] + X_.n, std::numeric_limits<float>::infinity());
    std::fill(sq_[0] + X_.n, sq_[0] + Gridded::room(X_.n), 0.0f);
    take(X_.row(chosen[0]), -1);
    for (Int n = 1; n < k; ++n) {
      may_stop();
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

  /// Whether distances are long against what the grid changes them by: a sixteenth on average, were
  /// all features to err one way; as errors go, a hundredth, and in sums over many rows far less.
  bool fine() {
    std::partial_sum(chunk_sums_[0], chunk_sums_[0] + chunks_.count(), running_[0]);
    const double all = running_[0][chunks_.count() - 1];
    return all > field_.mass * 256 * ruler_.slack * ruler_.slack && all < infinity_;
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
    const Grid grid = field_.grid->view();
    const Tried tried(grid, drawn, m_, ruler_.slack);
    const Buffers<double> parts(blocks_.count(), m_);
    each_block(blocks_.count(), threads(), [&](Int block, int) {
      const Range rows = blocks_.at(block);
      std::fill(parts[block], parts[block] + m_, 0.0);
      std::fill(nearer_[block], nearer_[block] + m_ * TILES, std::uint16_t{0});
      kernels<T>().weigh_on_grid(grid, tried.view(), rows, sq_[0] + rows.begin,
                                 weight_ ? (*field_.shares)[0] + rows.begin : nullptr, parts[block],
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
        chunk_sums_[0][chunk.begin / CHUNK] =
            kernels<float>().weigh(sq_[0] + chunk.begin, from(weight_, chunk.begin), chunk.size());
      });
    });
  }

  static constexpr double infinity_ = std::numeric_limits<double>::infinity();
  const Field<T>& field_;
  const Dense<T>& X_;
  const double* weight_;
  Int m_;
  Blocks blocks_, chunks_;
  const Ruler& ruler_;
  Buffers<float> sq_;  // in units of the grid
  Buffers<double> chunk_sums_, running_;
  Buffers<std::uint16_t> nearer_;  // a bit for each candidate and row: block, candidate, tile
};

/// Choose k rows for each of several starts; `firsts` (n_starts), `shares` (n_starts × (k − 1) ×
/// m), `chosen` (n_starts × k), `n_chosen` (n_starts), fewer than k as `Greedy::run` says. Where
/// all threads have a start of their own, they need not meet for each center.
template <class T>
void seed_starts(const Dense<T>& X, const double* weight, Int n_starts, Int k, Int m,
                 const Int* firsts, const double* shares, Int* chosen, Int* n_chosen) {
  // What all starts at once keep of the rows, as in starts.hpp.
  constexpr Int BUDGET = 8 << 20;
  const Int of_a_row = Int{sizeof(float)} + (m + 7) / 8;
  const bool together = n_starts >= threads() && threads() * of_a_row * X.n <= BUDGET;
  const Field<T> field(X, weight);
  std::vector<std::optional<Greedy<T>>> greedy(together ? threads() : 1);
  for (auto& each : greedy) each.emplace(field, m);
  const auto run = [&](Int start, int worker) {
    Int* own = chosen + start * k;
    own[0] = firsts[start];
    n_chosen[start] = greedy[worker]->run(k, shares + start * (k - 1) * m, own);
  };
  if (together) return each_block(n_starts, static_cast<int>(greedy.size()), run);
  for (Int start = 0; start < n_starts; ++start) run(start, 0);
}

}  // namespace covey
