// The pass of Lloyd's algorithm that looks only at rows whose label could have changed, and keeps
// the sums of the centers up to date by the rows that do change.
#pragma once

#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "lloyd.hpp"
#include "rounded.hpp"

namespace covey {

struct Progress {
  Int n_changed, n_reviewed;
};

/// Memory that one thread works with.
template <class T>
struct Desk {
  T *packed, *scratch;
  float *packed_float, *scratch_float;
  Label* found;
  float* slack;
  std::int32_t *late, *rows;
};

/// What a pass reads, and what it writes of each row.
template <class T>
struct Review {
  const Dense<T>& X;
  const Centers<T>& centers;
  const Rounded<T>& rounded;
  const RoundedCenters<T>& rounded_centers;
  const double* weight;
  float clock;
  Label* labels;
  float* due;

  /// Find labels and slack of n rows, the offsets `rows` from row `begin` or (null) the first n.
  void look(Int begin, const std::int32_t* rows, Int n, const Desk<T>& at) const {
    if (!rounded.x) return look_at(X, centers, {rounded.scale}, begin, rows, n, at.packed, at);
    const Dense<float> floats{rounded.x, X.n, X.d};
    look_at(floats, rounded_centers.view(), {1, rounded_centers.reach()}, begin, rows, n,
            at.packed_float, at);
    Int n_in_doubt = 0;
    std::int32_t doubtful[CHUNK], which[CHUNK];
    for (Int i = 0; i < n; ++i) {
      which[n_in_doubt] = static_cast<std::int32_t>(i);
      doubtful[n_in_doubt] = rows ? rows[i] : static_cast<std::int32_t>(i);
      n_in_doubt += !(at.slack[i] > 0);
    }
    if (n_in_doubt == 0) return;
    Label found[CHUNK + TILE_ROWS];
    float slack[CHUNK + TILE_ROWS];
    kernels<T>().pick(after(X, begin), doubtful, n_in_doubt, at.packed);
    kernels<T>().review({at.packed, n_in_doubt, X.d}, centers, {rounded.scale}, {0, n_in_doubt},
                        found, slack, at.scratch);
    for (Int i = 0; i < n_in_doubt; ++i)
      at.found[which[i]] = found[i], at.slack[which[i]] = slack[i];
  }

  /// Rows without labels: assign them, and sum all.
  void first(Range block, const Desk<T>& at, Sums sums) const {
    const auto& kernel = kernels<T>();
    each_chunk(block, chunk(), [&](Range rows) {
      look(rows.begin, nullptr, rows.size(), at);
      kernel.add_rows(X, nullptr, rows, at.found, from(weight, rows.begin), sums);
      kernel.defer(nullptr, at.slack, clock, rows.size(), due + rows.begin);
      std::copy(at.found, at.found + rows.size(), labels + rows.begin);
    });
    for (Int copy = 1; copy < sums.copies; ++copy)
      for (Int i = 0; i < sums.k * sums.stride; ++i)
        sums.at[i] += sums.at[copy * sums.k * sums.stride + i];
  }

  /// Rows with labels: look at those that are due, in place where they are many, else packed.
  Progress again(Range block, const Desk<T>& at, Sums sums) const {
    Progress progress{};
    Int n_waiting = 0;
    const auto settle = [&](Int begin, const std::int32_t* rows, Int n) {
      look(begin, rows, n, at);
      kernels<T>().defer(rows, at.slack, clock, n, due + begin);
      if (progress.n_changed == 0) std::fill(sums.at, sums.at + sums.stride * sums.k, 0.0);
      const Int n_changed = kernels<T>().settle(after(X, begin), rows, n, at.found,
                                                from(weight, begin), labels + begin, sums);
      if (n_changed < 0) throw std::invalid_argument("labels must be of the centers given");
      progress.n_changed += n_changed;
      progress.n_reviewed += n;
    };
    each_chunk(block, chunk(), [&](Range rows) {
      const Int n = kernels<T>().overdue(due + rows.begin, clock, rows.size(), at.late);
      if (2 * n > rows.size()) return settle(rows.begin, nullptr, rows.size());
      if (n_waiting + n > CHUNK) settle(block.begin, at.rows, std::exchange(n_waiting, 0));
      const auto offset = static_cast<std::int32_t>(rows.begin - block.begin);
      for (Int i = 0; i < n; ++i) {
        const Int row = rows.begin + at.late[i];
        at.rows[n_waiting++] = at.late[i] + offset;
        __builtin_prefetch(labels + row);
        if (rounded.x)
          __builtin_prefetch(rounded.x + row * X.d);
        else
          __builtin_prefetch(X.row(row));
      }
    });
    if (n_waiting > 0) settle(block.begin, at.rows, n_waiting);
    return progress;
  }

 private:
  template <class U>
  static Dense<U> after(const Dense<U>& rows, Int begin) {
    return {rows.row(begin), rows.n - begin, rows.d};
  }

  Int chunk() const { return chunk_rows(X.d, sizeof(T), false); }

  template <class U>
  static void look_at(const Dense<U>& X, const Centers<U>& centers, const Unit& unit, Int begin,
                      const std::int32_t* rows, Int n, U* packed, const Desk<T>& at) {
    U* scratch;
    if constexpr (std::is_same_v<U, T>)
      scratch = at.scratch;
    else
      scratch = at.scratch_float;
    if (!rows)
      return kernels<U>().review(X, centers, unit, {begin, begin + n}, at.found, at.slack, scratch);
    kernels<U>().pick(after(X, begin), rows, n, packed);
    kernels<U>().review({packed, n, X.d}, centers, unit, {0, n}, at.found, at.slack, scratch);
  }
};

/// One pass. `first`: no row has a label yet; sums and weights start from nothing. Otherwise they
/// are changed by the rows that change their label.
template <class T>
Progress review(const Dense<T>& X, const Centers<T>& centers, const Rounded<T>& rounded,
                const double* weight, float clock, bool first, Label* labels, float* due,
                double* sums, double* weights) {
  const Int k = centers.k, d = X.d;
  const Layout layout(X.n, k, d, sizeof(T));
  const Blocks blocks{X.n, layout.rows};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(d)), packed(n_threads, (CHUNK + 1) * d);
  const Buffers<Label> found(n_threads, CHUNK + TILE_ROWS);
  const Buffers<float> slack(n_threads, CHUNK + TILE_ROWS);
  const Buffers<std::int32_t> late(n_threads, 2 * (CHUNK + TILE_ROWS));
  const Buffers<double> tables(blocks.count(), layout.size() * k);
  const Buffers<Progress> parts(blocks.count(), 1);
  const Int float_rows = rounded.x ? 1 : 0;
  const Buffers<float> packed_float(n_threads, float_rows * (CHUNK + 1) * d);
  const Buffers<float> scratch_float(n_threads, float_rows * scratch_size(d));
  const RoundedCenters<T> rounded_centers(centers, rounded);
  const Review<T> pass{X, centers, rounded, rounded_centers, weight, clock, labels, due};
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range rows = blocks.at(block);
    const Desk<T> desk{
        packed[worker], scratch[worker], packed_float[worker], scratch_float[worker],
        found[worker],  slack[worker],   late[worker],         late[worker] + CHUNK + TILE_ROWS};
    Sums table{tables[block], k, d, layout.stride, layout.copies};
    if (first) {
      std::fill(table.at, table.at + layout.size() * k, 0.0);
      pass.first(rows, desk, table);
      *parts[block] = {rows.size(), rows.size()};
    } else {
      table.copies = 1;
      *parts[block] = pass.again(rows, desk, table);
    }
  });
  Progress all{};
  if (first) std::fill(sums, sums + k * d, 0.0), std::fill(weights, weights + k, 0.0);
  for (Int block = 0; block < blocks.count(); ++block) {
    all.n_changed += parts[block]->n_changed;
    all.n_reviewed += parts[block]->n_reviewed;
    if (parts[block]->n_changed == 0) continue;
    for (Int j = 0; j < k; ++j) {
      const double* row = tables[block] + j * layout.stride;
      for (Int f = 0; f < d; ++f) sums[j * d + f] += row[f];
      weights[j] += row[d];
    }
  }
  return all;
}

struct Drift {
  double sq_shift;  // Σ of the squared movements
  double clock;     // the clock and the two largest movements, scaled, rounded up to a float
};

template <class T>
Drift drift(const Centers<T>& before, const Centers<T>& after, double scale, float clock) {
  double sq_shift = 0, most = 0, next = 0;
  for (Int j = 0; j < before.k; ++j) {
    double sq = 0;
    for (Int f = 0; f < before.d; ++f) {
      const double difference = double(after.row(j)[f]) - double(before.row(j)[f]);
      sq += difference * difference;
    }
    sq_shift += sq;
    if (sq > most)
      next = most, most = sq;
    else
      next = std::max(next, sq);
  }
  if (most == 0) return {sq_shift, clock};
  // What is skipped would itself be compared with rounding, by distances grown by the drift.
  const double up = 1 + double(before.d + 8) * double(std::numeric_limits<T>::epsilon()) + 1e-6;
  const double by = (std::sqrt(most) + std::sqrt(next)) * scale * up + 1e-30;
  return {sq_shift,
          std::nextafter(float(double(clock) + by), std::numeric_limits<float>::infinity())};
}

}  // namespace covey
