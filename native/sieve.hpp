// One thread looks at some rows through a sieve of bytes: most centers are ruled out by integers
// (coarse.hpp), the few that are left are measured.
//
// A center is ruled out only where it is farther than the row's own one by more than every
// rounding: that of the bytes, and that of `nearest`, whose squares are off by (d + 3)u. Where two
// of those measured are as near as that, the row is in doubt.
#pragma once

#include "coarse.hpp"

namespace covey {

/// Memory that one thread works with.
struct SieveDesk {
  Buffers<const std::int8_t*> rows;
  Buffers<std::int32_t> numbers, scores;
  Buffers<Label> own, labels;
  Buffers<double> near;

  explicit SieveDesk(Int room)
      : rows(1, room),
        numbers(3, room),
        scores(1, room * Sieved::MOST),
        own(1, room),
        labels(1, room * Sieved::MOST),
        near(1, room) {}
  Sieved sieved() const { return {labels[0], scores[0], numbers[0], numbers[1]}; }
};

template <class T>
class SieveLook {
 public:
  /// Distances are told times `scale`.
  SieveLook(const Dense<T>& X, const Centers<T>& centers, const Coarse& coarse, double scale)
      : X_(X), centers_(centers), coarse_(coarse), packed_(coarse, centers), scale_(scale) {}

  /// Look at n rows, at the offsets `rows` from row `begin` or (null) the first n. `doubtful` gets
  /// those that nothing can be said of; returns how many. Adds the distances computed.
  Int look(Int begin, const std::int32_t* rows, Int n, const Label* labels, const Found& found,
           std::int32_t* doubtful, const SieveDesk& desk, Int& n_computed) const {
    const Sieve& sieve = packed_.view();
    const auto row_of = [&](Int i) { return begin + (rows ? rows[i] : i); };
    Label* own = desk.own[0];
    const std::int8_t** bytes = desk.rows[0];
    for (Int i = 0; i < n; ++i) {
      const Label label = labels[row_of(i)];
      own[i] = label >= 0 && label < centers_.k ? label : 0;
      bytes[i] = coarse_.rows + row_of(i) * coarse_.stride;
    }
    const auto& kernel = table().coarse;
    std::int32_t* limits = desk.numbers[2];
    kernel.scores(bytes, n, sieve, own, limits);
    for (Int i = 0; i < n; ++i) {
      const Coarsely row{coarse_, row_of(i)};
      double& near = desk.near[0][i];
      near = measures_own() ? measured(row.at, own[i])
                            : std::sqrt(row.sq(limits[i]) + 1) + row.off + sieve.off[own[i]];
      limits[i] = row.limit(near * grown_ + row.off + sieve.most_off);
    }
    const Sieved sieved = desk.sieved();
    kernel.sieve(bytes, n, sieve, limits, sieved);
    n_computed += n * sieve.k + (measures_own() ? n : 0);
    Int n_doubtful = 0;
    for (Int i = 0; i < n; ++i)
      if (!decide(Coarsely{coarse_, row_of(i)}, i, own[i], desk.near[0][i], sieved, found,
                  n_computed))
        doubtful[n_doubtful++] = static_cast<std::int32_t>(i);
    return n_doubtful;
  }

 private:
  /// What the bytes say of one row; distances in steps.
  struct Coarsely {
    const Coarse& rows;
    Int at;
    double sq_norm = rows.facts[2 * at], sum = 128.0 * rows.facts[2 * at + 1], off = rows.off[at];

    /// ‖x̂ − ĉ‖² is this or 1 more.
    double sq(std::int32_t score) const { return std::max(0.0, sq_norm - 2 * (score - sum)); }
    /// Scores of centers at most so far have at least this.
    std::int32_t limit(double distance) const {
      const double least = std::floor((sq_norm - distance * distance * (1 + 1e-9)) / 2 + sum) - 1;
      return static_cast<std::int32_t>(std::max(least, -0x1p30 + 1));
    }
    double at_least(std::int32_t score, double center_off) const {
      return std::sqrt(sq(score)) * (1 - 1e-9) - off - center_off;
    }
  };

  /// Reading the row once more costs less than weighing many centers that the bytes leave.
  bool measures_own() const { return centers_.k >= 32; }

  /// Distance in steps, as exact as double.
  double measured(Int row, Label center) const {
    double sq;
    kernels<T>().own({X_.row(row), 1, X_.d}, centers_, {0, 1}, &center, &sq);
    return std::sqrt(sq) * per_step_;
  }

  bool decide(const Coarsely& row, Int i, Label own, double near, const Sieved& sieved,
              const Found& found, Int& n_computed) const {
    const Sieve& sieve = packed_.view();
    const Int count = sieved.count[i];
    if (count > Sieved::MOST) return false;
    double others = row.at_least(sieved.rest[i], sieve.most_off), low = near;
    Label label = own;
    if (count > 1) {
      if (!measures_own()) near = measured(row.at, own), ++n_computed;
      double best = near, second = std::numeric_limits<double>::infinity();
      for (Int c = 0; c < count; ++c) {
        const Label center = sieved.label[i * Sieved::MOST + c];
        if (center == own) continue;
        double distance =
            row.at_least(sieved.score[i * Sieved::MOST + c], sieve.off[center]);
        if (distance > near * grown_) {
          others = std::min(others, distance);
          continue;
        }
        distance = measured(row.at, center), ++n_computed;
        second = std::min(second, std::max(distance, best));
        if (distance < best) best = distance, label = center;
      }
      if (!(second > best * grown_)) return false;
      near = low = best, others = std::min(others, second);
    } else if (!measures_own()) {
      low = 0;
    }
    // Below, squares lose digits to underflow.
    constexpr double TINY = sizeof(T) == 4 ? 0x1p-30 : 0x1p-450;
    if (!(others > near) || others * coarse_.step < TINY) return false;
    const double unit = coarse_.step * scale_;
    const auto down = [&](double x) { return std::min(x * unit * (1 - 0x1p-21), 0x1p126); };
    found.label[i] = label;
    found.low[i] = static_cast<float>(down(low / grown_));
    found.near[i] = static_cast<float>(std::min(near * grown_ * unit * (1 + 0x1p-21), 0x1p126));
    found.next[i] = static_cast<float>(down(others / grown_));
    return true;
  }

  const Dense<T>& X_;
  const Centers<T>& centers_;
  const Coarse& coarse_;
  CoarseCenters packed_;
  double scale_, per_step_ = 1 / coarse_.step;
  double grown_ = 1 + 2 * double(X_.d + 8) * double(std::numeric_limits<T>::epsilon());
};

}  // namespace covey
