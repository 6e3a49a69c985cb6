// What a bounded pass does with a block of rows.
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
  Int most = std::min(rows_at_once(look.X.d, sizeof(T)),
                      portion(look.centers.k* look.X.d));  // rows looked at together
  Int chunk = std::min(most, chunk_rows(look.X.d, sizeof(T), false));

  /// Rows without labels, or with labels of which nothing else is known: assign them, and sum all.
  Progress first(Range block, const Desk<T>& desk, Sums sums) const {
    const auto& kernel = kernels<T>();
    const Found found = desk.found();
    std::fill(sums.at, sums.at + sums.copies * sums.k * sums.stride, 0.0);
    Progress progress{block.size(), 0};
    each_chunk(block, chunk, [&](Range rows) {
      const Label* before = at.labels[rows.begin] >= 0 ? at.labels : nullptr;
      progress.n_computed += look.at_all(rows.begin, nullptr, rows.size(), before, desk);
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
  /// changes is told in the order of the rows, whichever way they were looked at.
  Progress again(Range block, const Desk<T>& desk, std::uint64_t* changes) const {
    Progress progress{};
    Int n_waiting = 0, n_by_movers = 0;
    const bool far_away = look.n_bytes() > Int{4} << 20;  // beyond the nearer caches
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
      progress.n_computed += look.at_all(begin, rows, n, at.labels, desk);
      note(begin, rows, n);
    };
    const auto wait = [&](const std::int32_t* offsets, Int n, std::int32_t first) {
      while (n > 0) {
        if (n_waiting == most) settle(block.begin, waiting, std::exchange(n_waiting, 0));
        const Int here = std::min(n, most - n_waiting);
        for (Int i = 0; i < here; ++i) waiting[n_waiting + i] = offsets[i] + first;
        n_waiting += here, offsets += here, n -= here;
      }
    };
    const auto settle_by_movers = [&] {
      std::int32_t* undecided = desk.rows[5];
      const Int n =
          look.at_movers(block.begin, by_movers, n_by_movers, at.labels, at.due, undecided, desk);
      note(block.begin, by_movers, n);
      progress.n_computed += n_by_movers * (look.movers.count + 1);
      wait(undecided, n_by_movers - n, 0);
      n_by_movers = 0;
    };
    each_chunk(block, chunk, [&](Range rows) {
      const Int n = kernels<T>().overdue(at.due + rows.begin, at.clock, rows.size(), late);
      const auto offset = static_cast<std::int32_t>(rows.begin - block.begin);
      Int n_all = n;
      if (look.movers.count > 0 && n > 0) n_all = part(late, n, rows.begin);
      if (2 * n_all > rows.size()) return settle(rows.begin, nullptr, rows.size());
      for (Int i = 0; far_away && i < n_all; ++i) {
        look.prefetch(rows.begin + late[i]);
        __builtin_prefetch(at.labels + rows.begin + late[i]);
      }
      wait(late, n_all, offset);
      for (Int i = n_all; i < n; ++i) {
        if (n_by_movers == most) settle_by_movers();
        by_movers[n_by_movers++] = late[i] + offset;
      }
    });
    if (n_by_movers > 0) settle_by_movers();
    if (n_waiting > 0) settle(block.begin, waiting, n_waiting);
    if (!std::is_sorted(changes, changes + progress.n_changed))
      std::sort(changes, changes + progress.n_changed);
    for (Int i = 0; i < progress.n_changed; ++i) {
      const Label label = at.labels[block.begin + Int(changes[i] >> 32)];
      if (label < 0 || label >= look.centers.k)
        throw std::invalid_argument("labels must be of the centers given");
    }
    return progress;
  }

  /// Add what changes in a block to the sums of some features (the last is the weight).
  void settle(Range block, const std::uint64_t* changes, Int n, Range features, Sums sums) const {
    const Dense<T> rows{look.X.row(block.begin), block.size(), look.X.d};
    sums.copies = 1;
    kernels<T>().settle(rows, changes, n, from(weight, block.begin), at.labels + block.begin,
                        features, sums);
  }

  void relabel(Range block, const std::uint64_t* changes, Int n) const {
    for (Int i = 0; i < n; ++i)
      at.labels[block.begin + Int(changes[i] >> 32)] = static_cast<Label>(changes[i]);
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

}  // namespace covey
