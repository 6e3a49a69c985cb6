// Rows seen on few axes that two centers may be nearest to: which of all centers the axes leave
// open, and these measured.
#pragma once

#include "contest.hpp"
#include "rounded.hpp"

namespace covey {

template <class T>
struct OnAxes {
  static constexpr Int SOME = 16;  // rows at once

  const Dense<T>& X;
  const Centers<T>& centers;
  const Seen& seen;

  /// Memory for SOME rows as they are seen, their distances to all centers, and which of these are
  /// open (a register more than all).
  struct Room {
    float *packed, *distances;
    std::int32_t* open;
  };

  /// Decide rows in doubt, those that `which` says of what was found, among the centers that the
  /// axes leave them. Returns how many are still in doubt, and leaves these in `which`.
  Int decide(Int begin, const std::int32_t* rows, std::int32_t* which, Int n, const Found& found,
             const Room& room, Int& n_computed) const {
    Int n_in_doubt = 0;
    for (Int first = 0; first < n; first += SOME) {
      const Int count = std::min(SOME, n - first);
      std::int32_t offsets[SOME];
      for (Int i = 0; i < count; ++i) {
        offsets[i] = rows ? rows[which[first + i]] : which[first + i];
      }
      const Int q = seen.rows.d;
      kernels<float>().pick({seen.rows.row(begin), seen.rows.n - begin, q}, offsets, count,
                            room.packed);
      kernels<float>().distances({room.packed, count, q}, *seen.across, centers.k, {0, count},
                                 room.distances);
      for (Int i = 0; i < count; ++i) {
        expect(begin + offsets[std::min(i + 1, count - 1)]);
        const std::int32_t at = which[first + i];
        if (!among(begin + offsets[i], at, room.distances + i * centers.k, room.open, found,
                   n_computed))
          which[n_in_doubt++] = at;
      }
    }
    n_computed += n * centers.k;
    return n_in_doubt;
  }

  /// Ask for a row: the next one comes from anywhere, and is wanted nearly always.
  void expect(Int row) const {
    for (Int f = 0; f < X.d; f += 64 / Int{sizeof(T)}) __builtin_prefetch(X.row(row) + f);
  }

  /// Decide one row by its distances on the axes; returns whether that can be told.
  bool among(Int row, Int at, const float* distances, std::int32_t* open, const Found& found,
             Int& n_computed) const {
    const double error = double(seen.rows.d + 8) * 0x1p-23, rounded = 0x1p-22;
    Contest<T> contest(X, centers, row, seen.scale);
    const double near = double(found.near[at]) * (1 + 2 * contest.error());
    if (!std::isfinite(near)) return false;
    // Those told to be farther are farther than near by every rounding.
    const double shrink = 1 - error - rounded * (1 + error), off = 2 * rounded * double(seen.reach);
    const auto cut = static_cast<float>((near + off) / shrink * (1 + 0x1p-20));
    const Int n_open = kernels<float>().overdue(distances, cut, centers.k, open);
    for (Int i = 0; i < n_open; ++i)
      if (!contest.enter(static_cast<Label>(open[i]))) return false;
    n_computed += n_open;
    return contest.tell(found, at, least_beyond(cut, distances) * shrink - off, 1);
  }

  double least_beyond(float cut, const float* distances) const {
    constexpr int SIDE_BY_SIDE = 16;
    float least[SIDE_BY_SIDE];
    std::fill(least, least + SIDE_BY_SIDE, std::numeric_limits<float>::infinity());
    const auto take = [&](Int j, int l) {
      const float other = distances[j] > cut ? distances[j] : least[l];
      least[l] = other < least[l] ? other : least[l];
    };
    Int j = 0;
    for (; j + SIDE_BY_SIDE <= centers.k; j += SIDE_BY_SIDE)
      for (int l = 0; l < SIDE_BY_SIDE; ++l) take(j + l, l);
    for (; j < centers.k; ++j) take(j, 0);
    return *std::min_element(least, least + SIDE_BY_SIDE);
  }
};

}  // namespace covey
