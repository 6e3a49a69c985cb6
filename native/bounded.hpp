// The pass of Lloyd's algorithm that looks only at rows whose label could have changed, and keeps
// the sums of the centers up to date by the rows that do change.
#pragma once

#include <stdexcept>
#include <utility>

#include "look.hpp"

namespace covey {

/// What a fit keeps of its rows between passes.
struct Watched {
  Label* labels;  // n
  float* due;     // n: clock at which a row must be looked at
  double *sums, *weights;
  const float* moved;   // k: how far each center has moved since the last pass
  float before, clock;  // of the last pass, and now
};

struct Progress {
  Int n_changed, n_computed;  // rows; distances
};

template <class T>
struct BoundedPass {
  const Look<T>& look;
  const double* weight;
  const Watched& at;
  Int most = rows_at_once(look.X.d, sizeof(T));  // rows looked at together
  Int chunk = std::min(most, chunk_rows(look.X.d, sizeof(T), false));

  /// Rows without labels: assign them, and sum all.
  Progress first(Range block, const Desk<T>& desk, Sums sums) const {
    const auto& kernel = kernels<T>();
    const Found found = desk.found();
    std::fill(sums.at, sums.at + sums.copies * sums.k * sums.stride, 0.0);
    Progress progress{block.size(), 0};
    each_chunk(block, chunk, [&](Range rows) {
      progress.n_computed += look.at_all(rows.begin, nullptr, rows.size(), desk);
      kernel.add_rows(look.X, nullptr, rows, found.label, from(weight, rows.begin), sums);
      kernel.defer(nullptr, found, at.clock, rows.size(), at.due + rows.begin);
      std::copy(found.label, found.label + rows.size(), at.labels + rows.begin);
    });
    for (Int copy = 1; copy < sums.copies; ++copy)
      for (Int i = 0; i < sums.k * sums.stride; ++i)
        sums.at[i] += sums.at[copy * sums.k * sums.stride + i];
    return progress;
  }

  /// Rows with labels: look at those that are due, in place where they are many, else packed. What
  /// changes is added up in the order of the rows, whichever way they were looked at.
  Progress again(Range block, const Desk<T>& desk, std::uint64_t* changes, Sums sums) const {
    Progress progress{};
    Int n_waiting = 0, n_by_movers = 0;
    std::int32_t *late = desk.rows[0], *waiting = desk.rows[1], *by_movers = desk.rows[4];
    const auto note = [&](Int begin, const std::int32_t* rows, Int n) {
      const Found found = desk.found();
      kernels<T>().defer(rows, found, at.clock, n, at.due + begin);
      std::uint64_t* to = changes + progress.n_changed;
      const Int n_changed = kernels<T>().differing(rows, found.label, at.labels + begin, n, to);
      for (Int i = 0; i < n_changed; ++i) to[i] += std::uint64_t(begin - block.begin) << 32;
      progress.n_changed += n_changed;
    };
    const auto settle = [&](Int begin, const std::int32_t* rows, Int n) {
      progress.n_computed += look.at_all(begin, rows, n, desk);
      note(begin, rows, n);
    };
    const auto wait = [&](std::int32_t row) {
      if (n_waiting == most) settle(block.begin, waiting, std::exchange(n_waiting, 0));
      waiting[n_waiting++] = row;
    };
    const auto settle_by_movers = [&] {
      std::int32_t* undecided = desk.rows[5];
      const Int n =
          look.at_movers(block.begin, by_movers, n_by_movers, at.labels, at.due, undecided, desk);
      note(block.begin, by_movers, n);
      progress.n_computed += n_by_movers * (look.movers.count + 1);
      for (Int i = 0; i < n_by_movers - n; ++i) wait(undecided[i]);
      n_by_movers = 0;
    };
    each_chunk(block, chunk, [&](Range rows) {
      const Int n = kernels<T>().overdue(at.due + rows.begin, at.clock, rows.size(), late);
      const auto offset = static_cast<std::int32_t>(rows.begin - block.begin);
      Int n_all = n;
      if (look.movers.count > 0 && n > 0) n_all = part(late, n, rows.begin);
      if (2 * n_all > rows.size()) return settle(rows.begin, nullptr, rows.size());
      for (Int i = 0; i < n_all; ++i) {
        look.prefetch(rows.begin + late[i]);
        __builtin_prefetch(at.labels + rows.begin + late[i]);
        wait(late[i] + offset);
      }
      for (Int i = n_all; i < n; ++i) {
        if (n_by_movers == most) settle_by_movers();
        by_movers[n_by_movers++] = late[i] + offset;
      }
    });
    if (n_by_movers > 0) settle_by_movers();
    if (n_waiting > 0) settle(block.begin, waiting, n_waiting);
    if (progress.n_changed == 0) return progress;
    std::sort(changes, changes + progress.n_changed);
    std::fill(sums.at, sums.at + sums.stride * sums.k, 0.0);
    const Dense<T> rows{look.X.row(block.begin), block.size(), look.X.d};
    sums.copies = 1;
    if (!kernels<T>().settle(rows, changes, progress.n_changed, from(weight, block.begin),
                             at.labels + block.begin, sums))
      throw std::invalid_argument("labels must be of the centers given");
    return progress;
  }

 private:
  /// Put the rows that must meet all centers first; returns how many.
  Int part(std::int32_t* late, Int n, Int begin) const {
    return std::stable_partition(late, late + n,
                                 [&](std::int32_t row) {
                                   const Label label = at.labels[begin + row];
                                   if (label < 0 || label >= look.centers.k) return true;
                                   return !(look.movers.room(label, at.due[begin + row]) > 0);
                                 }) -
           late;
  }
};

/// One pass. `first`: no row has a label yet; sums and weights start from nothing. Otherwise they
/// are changed by the rows that change their label.
template <class T>
Progress review(const Dense<T>& X, const Centers<T>& centers, const Seen& seen,
                const double* weight, bool first, const Watched& at) {
  const Int k = centers.k, d = X.d;
  const Layout layout(X.n, k, d, sizeof(T));
  const Blocks blocks{X.n, layout.rows};
  const int n_threads = threads();
  const Buffers<double> tables(blocks.count(), layout.size() * k);
  const Buffers<Progress> parts(blocks.count(), 1);
  const Buffers<std::uint64_t> changes(n_threads, first ? 0 : layout.rows + CHUNK);
  std::vector<Desk<T>> desks;
  for (int worker = 0; worker < n_threads; ++worker)
    desks.emplace_back(rows_at_once(d, sizeof(T)), d, seen.rows.d);
  const Movers<T> movers(first ? 0 : X.n, centers, seen, at.moved, at.labels, at.due, at.before,
                         at.clock);
  const Look<T> look{X, centers, seen, movers};
  const BoundedPass<T> pass{look, weight, at};
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Sums table{tables[block], k, d, layout.stride, layout.copies};
    *parts[block] = first ? pass.first(blocks.at(block), desks[worker], table)
                          : pass.again(blocks.at(block), desks[worker], changes[worker], table);
  });
  Progress all{};
  if (first) std::fill(at.sums, at.sums + k * d, 0.0), std::fill(at.weights, at.weights + k, 0.0);
  for (Int block = 0; block < blocks.count(); ++block) {
    all.n_changed += parts[block]->n_changed;
    all.n_computed += parts[block]->n_computed;
    if (parts[block]->n_changed == 0) continue;
    for (Int j = 0; j < k; ++j) {
      const double* row = tables[block] + j * layout.stride;
      for (Int f = 0; f < d; ++f) at.sums[j * d + f] += row[f];
      at.weights[j] += row[d];
    }
  }
  return all;
}

struct Drift {
  double sq_shift;  // Σ of the squared movements
  double clock;     // the clock and the two largest movements, scaled, rounded up to a float
};

/// Writes how far each center has moved, scaled and rounded up.
template <class T>
Drift drift(const Centers<T>& before, const Centers<T>& after, double scale, float clock,
            float* moved) {
  // What is skipped would itself be compared with rounding, by distances grown by the drift.
  const double up = 1 + double(before.d + 8) * double(std::numeric_limits<T>::epsilon()) + 1e-6;
  double sq_shift = 0, most = 0, next = 0;
  for (Int j = 0; j < before.k; ++j) {
    double sq = 0;
    for (Int f = 0; f < before.d; ++f) {
      const double difference = double(after.row(j)[f]) - double(before.row(j)[f]);
      sq += difference * difference;
    }
    sq_shift += sq;
    const double by = sq == 0 ? 0 : std::sqrt(sq) * scale * up + 1e-30;
    moved[j] = static_cast<float>(by * (1 + 1e-7));
    next = std::max(next, std::min(by, most));
    most = std::max(most, by);
  }
  if (most == 0) return {sq_shift, clock};
  return {sq_shift, std::nextafter(float(double(clock) + most + next),
                                   std::numeric_limits<float>::infinity())};
}

}  // namespace covey
