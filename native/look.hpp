// One thread looks at some rows: all centers, or those that move.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "movers.hpp"
#include "on_axes.hpp"
#include "sieve.hpp"

namespace covey {

/// Rows looked at together: packed, they stay in the second cache.
inline Int rows_at_once(Int d, Int size_of_value) {
  return std::clamp<Int>((Int{512} << 10) / (d * size_of_value) / TILE_ROWS * TILE_ROWS, TILE_ROWS,
                         CHUNK);
}

/// Memory that one thread works with.
template <class T>
struct Desk {
  Buffers<T> packed, scratch;
  Buffers<float> packed_seen, scratch_seen;
  Buffers<float> bounds;
  Buffers<Label> labels;
  Buffers<std::int32_t> rows;
  Buffers<float> distances;
  Buffers<std::int32_t> open;
  SieveDesk sieve;
  static constexpr Int ROOM = CHUNK + 2 * TILE_ROWS;

  Desk(Int most, Int d, Int q, Int k)
      : packed(1, most * d + 16),
        scratch(1, scratch_size(d)),
        packed_seen(1, most * q + 16),
        scratch_seen(1, scratch_size(q)),
        bounds(6, ROOM),
        labels(3, ROOM),
        rows(6, ROOM),
        distances(1, q > 0 ? OnAxes<T>::SOME * k : 1),
        open(1, q > 0 ? k + 16 : 1),
        sieve(ROOM) {}
  Found found(int which = 0) const {
    return {labels[which], bounds[3 * which], bounds[3 * which + 1], bounds[3 * which + 2]};
  }
};

/// What a pass reads.
template <class T>
struct Look {
  const Dense<T>& X;
  const Centers<T>& centers;
  const Seen& seen;
  const Movers<T>& movers;
  const SieveLook<T>* sieve = nullptr;

  /// Bytes of all rows, as they are looked at first.
  Int n_bytes() const {
    return seen.is_given() ? X.n * seen.rows.d * Int{sizeof(float)} : X.n * X.d * Int{sizeof(T)};
  }
  void prefetch(Int row) const {
    if (seen.is_given())
      __builtin_prefetch(seen.rows.row(row));
    else
      __builtin_prefetch(X.row(row));
  }

  /// Find the nearest of all centers for n rows, the offsets `rows` from row `begin` or (null) the
  /// first n; `labels` (all rows', or null) say where to begin. Returns distances computed.
  Int at_all(Int begin, const std::int32_t* rows, Int n, const Label* labels,
             const Desk<T>& desk) const {
    const Found found = desk.found();
    std::int32_t *doubtful = desk.rows[2], *which = desk.rows[3];
    Int n_in_doubt = 0, n_computed = n * centers.k;
    if (sieve) {
      n_computed = 0;
      n_in_doubt = sieve->look(begin, rows, n, labels, found, which, desk.sieve, n_computed);
    } else if (!seen.is_given()) {
      exactly(begin, rows, n, found, desk);
    } else {
      review(seen.rows, seen.centers, {1, seen.reach, seen.tail}, begin, rows, n, found,
             desk.packed_seen[0], desk.scratch_seen[0]);
      for (Int i = 0; i < n; ++i) n_in_doubt += !(found.next[i] > found.near[i]);
      if (n_in_doubt == 0) return n_computed;
      n_in_doubt = 0;
      for (Int i = 0; i < n; ++i) {
        which[n_in_doubt] = static_cast<std::int32_t>(i);
        n_in_doubt += !(found.next[i] > found.near[i]);
      }
    }
    if (seen.tail > 0 && !sieve)
      n_in_doubt = OnAxes<T>{X, centers, seen}.decide(
          begin, rows, which, n_in_doubt, found,
          {desk.packed_seen[0], desk.distances[0], desk.open[0]}, n_computed);
    if (n_in_doubt == 0) return n_computed;
    for (Int i = 0; i < n_in_doubt; ++i) doubtful[i] = rows ? rows[which[i]] : which[i];
    const Found decided = desk.found(1);
    exactly(begin, doubtful, n_in_doubt, decided, desk);
    for (Int i = 0; i < n_in_doubt; ++i) {
      const Int at = which[i];
      found.label[at] = decided.label[i], found.low[at] = decided.low[i];
      found.near[at] = decided.near[i], found.next[at] = decided.next[i];
    }
    return n_computed + n_in_doubt * centers.k;
  }

  /// Compare n rows, at offsets `rows` from row `begin`, with their own centers and those that
  /// move. Those that this decides come first then, in `rows` and in what is found; returns how
  /// many. The others are put into `undecided`.
  Int at_movers(Int begin, std::int32_t* rows, Int n, const Label* labels, const float* due,
                std::int32_t* undecided, const Desk<T>& desk) const {
    const Found found = desk.found();
    Label* own = desk.labels[2];
    double sq[Desk<T>::ROOM];
    for (Int i = 0; i < n; ++i) own[i] = labels[begin + rows[i]];
    if (seen.is_given()) {
      const Centers<float> some{movers.seen, movers.count, seen.rows.d};
      review(seen.rows, some, {1, seen.reach, seen.tail}, begin, rows, n, found,
             desk.packed_seen[0], desk.scratch_seen[0]);
      kernels<float>().own({desk.packed_seen[0], n, seen.rows.d}, seen.centers, {0, n}, own, sq);
    } else {
      const Centers<T> some{movers.exact, movers.count, X.d};
      review(X, some, {seen.scale}, begin, rows, n, found, desk.packed[0], desk.scratch[0]);
      kernels<T>().own({desk.packed[0], n, X.d}, centers, {0, n}, own, sq);
    }
    Int n_decided = 0;
    for (Int i = 0; i < n; ++i) {
      float low, near;
      own_bounds(sq[i], i, desk, low, near);
      const float slow = low + movers.room(own[i], due[begin + rows[i]]);
      const Label mover = movers.labels[found.label[i]];
      Label label = own[i];
      float other = std::min(found.low[i], slow);
      if (mover == own[i]) {
        other = std::min(found.next[i], slow);
      } else if (found.near[i] < low) {
        label = mover, near = found.near[i];
        other = std::min({found.next[i], low, slow});
      }
      if (!(near < other)) {
        undecided[i - n_decided] = rows[i];
        continue;
      }
      rows[n_decided] = rows[i];
      found.label[n_decided] = label;
      found.near[n_decided] = near, found.next[n_decided] = other;
      ++n_decided;
    }
    return n_decided;
  }

 private:
  void own_bounds(double sq, Int i, const Desk<T>& desk, float& low, float& near) const {
    double below = std::sqrt(sq), above = below;
    if (seen.is_given()) {
      if (seen.tail > 0) {
        const float left_out = desk.packed_seen[0][(i + 1) * seen.rows.d - 1];
        above = std::sqrt(sq + 4.0 * double(left_out) * double(seen.tail));
      }
      const double rounded = 0x1p-22 * (above + 2.0 * double(seen.reach));
      below -= rounded, above += rounded;
    } else {
      below *= seen.scale, above *= seen.scale;
    }
    const double error = double(X.d + 8) * double(std::numeric_limits<T>::epsilon()) + 0x1p-22;
    low = static_cast<float>(below * (1 - error)), near = static_cast<float>(above * (1 + error));
  }

  void exactly(Int begin, const std::int32_t* rows, Int n, const Found& found,
               const Desk<T>& desk) const {
    review(X, centers, {seen.scale}, begin, rows, n, found, desk.packed[0], desk.scratch[0]);
  }

  template <class U>
  static void review(const Dense<U>& X, const Centers<U>& centers, const Unit& unit, Int begin,
                     const std::int32_t* rows, Int n, const Found& found, U* packed, U* scratch) {
    if (!rows) return kernels<U>().review(X, centers, unit, {begin, begin + n}, found, scratch);
    kernels<U>().pick({X.row(begin), X.n - begin, X.d}, rows, n, packed);
    kernels<U>().review({packed, n, X.d}, centers, unit, {0, n}, found, scratch);
  }
};

}  // namespace covey
