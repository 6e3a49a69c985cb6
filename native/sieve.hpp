// One thread looks at some rows through a sieve of bytes: most centers are ruled out by integers
// (coarse.hpp), the few that are left are measured.
//
// A center is ruled out only where it is farther than the row's own one by more than every
// rounding: that of the bytes, and that of `nearest`, whose squares are off by (d + 3)u. Where two
// of those measured are as near as that, the row is in doubt.
#pragma once

#include "coarse.hpp"
#include "contest.hpp"

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

  /// Look at n rows, at the offsets `rows` from row `begin` or (null) the first n; `labels` (all
  /// rows', or null) say which center is near. `doubtful` gets those that nothing can be said of;
  /// returns how many. Adds the distances computed.
  Int look(Int begin, const std::int32_t* rows, Int n, const Label* labels, const Found& found,
           std::int32_t* doubtful, const SieveDesk& desk, Int& n_computed) const {
    const Sieve& sieve = packed_.view();
    const auto row_of = [&](Int i) { return begin + (rows ? rows[i] : i); };
    Label* own = desk.own[0];
    const std::int8_t** bytes = desk.rows[0];
    for (Int i = 0; i < n; ++i) {
      const Label label = labels ? labels[row_of(i)] : NOT_KNOWN;
      own[i] = label >= 0 && label < centers_.k ? label : labels ? 0 : NOT_KNOWN;
      bytes[i] = coarse_.rows + row_of(i) * coarse_.stride;
    }
    const auto& kernel = table().coarse;
    const Sieved sieved = desk.sieved();
    std::int32_t* scores = desk.numbers[2];
    if (labels) {
      kernel.scores(bytes, n, sieve, own, scores);
    } else {  // one sweep more tells how near the nearest may be
      std::fill(scores, scores + n, std::numeric_limits<std::int32_t>::max());
      kernel.sieve(bytes, n, sieve, scores, sieved);
      std::copy(sieved.rest, sieved.rest + n, scores);
      n_computed += n * sieve.k;
    }
    const bool measures = labels && measures_own();
    std::int32_t* limits = scores;
    for (Int i = 0; i < n; ++i) {
      const Coarsely row{coarse_, row_of(i)};
      double& near = desk.near[0][i];
      near = measures ? contest_of(row.at).measured(own[i])
                      : std::sqrt(row.sq(scores[i]) + 1) + row.off +
                            (labels ? sieve.off[own[i]] : sieve.most_off);
      limits[i] = row.limit(near * (1 + 2 * contest_of(row.at).error()) + row.off + sieve.most_off);
    }
    kernel.sieve(bytes, n, sieve, limits, sieved);
    n_computed += n * sieve.k + (measures ? n : 0);
    Int n_doubtful = 0;
    for (Int i = 0; i < n; ++i)
      if (!decide(Coarsely{coarse_, row_of(i)}, i, own[i], desk.near[0][i], sieved, found,
                  n_computed))
        doubtful[n_doubtful++] = static_cast<std::int32_t>(i);
    return n_doubtful;
  }

 private:
  static constexpr Label NOT_KNOWN = -1;

  /// What the bytes say of one row; distances in steps.
  struct Coarsely {
    const Coarse& rows;
    Int at;
    double sq_norm = rows.facts[2 * at], sum = 128.0 * rows.facts[2 * at + 1], off = rows.off[at];

    /// ‖x̂ − ĉ‖² is this or 1 more.
    double sq(std::int32_t score) const { return std::max(0.0, sq_norm - 2 * (score - sum)); }
    /// Scores of centers at most so far have at least this; those of filling never do.
    std::int32_t limit(double distance) const {
      // A center has sum − 1.5 · 127² · MOST_COARSE at least, filling sum − 2³⁰.
      const double none = sum - 0x1p29;
      const double least = std::floor((sq_norm - distance * distance * (1 + 1e-9)) / 2 + sum) - 1;
      return static_cast<std::int32_t>(least > none ? std::min(least, 0x1p30) : none);
    }
    double at_least(std::int32_t score, double center_off) const {
      return std::sqrt(sq(score)) * (1 - 1e-9) - off - center_off;
    }
  };

  /// Reading the row once more costs less than weighing many centers that the bytes leave.
  bool measures_own() const { return centers_.k >= 32; }

  bool decide(const Coarsely& row, Int i, Label own, double near, const Sieved& sieved,
              const Found& found, Int& n_computed) const {
    const Sieve& sieve = packed_.view();
    const Int count = sieved.count[i];
    if (count > Sieved::MOST) return false;
    double others = row.at_least(sieved.rest[i], sieve.most_off);
    const double unit = coarse_.step * scale_;
    Contest<T> contest = contest_of(row.at);
    const bool known = own != NOT_KNOWN, measured = known && measures_own();
    if (count == 1 && !measured)
      return contest.tell_sole(found, i, sieved.label[i * Sieved::MOST], near, others, unit);
    if (known) {
      if (!measured) near = contest.measured(own), ++n_computed;
      contest.enter_first(own, near);
    }
    for (Int c = i * Sieved::MOST; c < i * Sieved::MOST + count; ++c) {
      const Label center = sieved.label[c];
      if (center == own) continue;
      const double least = row.at_least(sieved.score[c], sieve.off[center]);
      if (least > near * (1 + contest.error()))
        others = std::min(others, least);
      else
        contest.enter(center), ++n_computed;
    }
    return contest.tell(found, i, others, unit);
  }

  Contest<T> contest_of(Int row) const { return {X_, centers_, row, 1 / coarse_.step}; }

  const Dense<T>& X_;
  const Centers<T>& centers_;
  const Coarse& coarse_;
  CoarseCenters packed_;
  double scale_;
};

}  // namespace covey
