// The pass of Lloyd's algorithm that looks only at rows whose label could have changed, and keeps
// the sums of the centers up to date by the rows that do change.
#pragma once

#include "due.hpp"

namespace covey {

/// Tables of a block each, added up in the order of the blocks.
inline void add_tables(const Buffers<double>& tables, const Buffers<Progress>& parts, Int n_blocks,
                       const Layout& layout, Int k, Int d, const Watched& at) {
  for (Int block = 0; block < n_blocks; ++block) {
    if (parts[block]->n_changed == 0) continue;
    for (Int j = 0; j < k; ++j) {
      const double* row = tables[block] + j * layout.stride;
      for (Int f = 0; f < d; ++f) at.sums[j * d + f] += row[f];
      at.weights[j] += row[d];
    }
  }
}

/// One pass. `first`: no row has a label yet; sums and weights start from nothing. Otherwise they
/// are changed by the rows that change their label.
template <class T>
Progress review(const Dense<T>& X, const Centers<T>& centers, Seen seen, const Coarse& coarse,
                const double* weight, bool first, const Watched& at) {
  const Int k = centers.k, d = X.d;
  const Layout layout(X.n, k, d, sizeof(T));
  const Blocks blocks{X.n, layout.rows};
  const int n_threads = threads();
  // Large sums are changed in place, some features at a time, instead of in a table a block.
  constexpr Int LEAST = 16, SMALL = 1 << 16;
  const bool sliced = !first && k * layout.stride * Int{sizeof(double)} > SMALL && d >= 2 * LEAST;
  const Buffers<double> tables(sliced ? 1 : blocks.count(), layout.size() * k);
  const Buffers<Progress> parts(blocks.count(), 1);
  const Buffers<std::uint64_t> room(first ? 0 : n_threads, layout.rows + CHUNK);
  std::vector<std::vector<std::uint64_t>> changes(sliced ? blocks.count() : 0);
  std::vector<Desk<T>> desks;
  for (int worker = 0; worker < n_threads; ++worker)
    desks.emplace_back(rows_at_once(d, sizeof(T)), d, seen.rows.d, k);
  std::optional<Turned<float>> across;
  std::optional<Across<float>> across_view;
  if (seen.tail > 0) {
    across.emplace(seen.centers);
    across_view = across->view();
    seen.across = &*across_view;
  }
  std::optional<SieveLook<T>> sieve;
  if (coarse.rows) sieve.emplace(X, centers, coarse, seen.scale);
  const Movers<T> movers(first ? 0 : X.n, centers, seen, at.moved, at.labels, at.due, at.before,
                         at.clock, sieve ? 4 : 1);
  const Look<T> look{X, centers, seen, movers, sieve ? &*sieve : nullptr};
  const BoundedPass<T> pass{look, weight, at};
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range rows = blocks.at(block);
    Sums table{tables[sliced ? 0 : block], k, d, layout.stride, layout.copies};
    if (first) {
      *parts[block] = pass.first(rows, desks[worker], table);
      return;
    }
    std::uint64_t* found = room[worker];
    const Progress progress = *parts[block] = pass.again(rows, desks[worker], found);
    if (progress.n_changed == 0) return;
    if (sliced) {
      changes[block].assign(found, found + progress.n_changed);
    } else {
      std::fill(table.at, table.at + layout.stride * k, 0.0);
      pass.settle(rows, found, progress.n_changed, {0, d + 1}, table);
      pass.relabel(rows, found, progress.n_changed);
    }
  });
  Progress all{};
  for (Int block = 0; block < blocks.count(); ++block) {
    all.n_changed += parts[block]->n_changed;
    all.n_computed += parts[block]->n_computed;
  }
  if (first) std::fill(at.sums, at.sums + k * d, 0.0), std::fill(at.weights, at.weights + k, 0.0);
  if (all.n_changed == 0) return all;
  if (!sliced) {
    add_tables(tables, parts, blocks.count(), layout, k, d, at);
    return all;
  }
  const auto each_change = [&](auto&& visit) {
    for (Int block = 0; block < blocks.count(); ++block)
      visit(blocks.at(block), changes[block].data(), Int(changes[block].size()));
  };
  const Blocks slices{d, std::max(LEAST, d / (2 * n_threads) / LEAST * LEAST)};
  each_block(slices.count(), n_threads, [&](Int slice, int) {
    each_change([&](Range rows, const std::uint64_t* found, Int n) {
      pass.settle(rows, found, n, slices.at(slice), {at.sums, k, d, d, 1});
    });
  });
  each_change([&](Range rows, const std::uint64_t* found, Int n) {
    for (Int i = 0; i < n; ++i) {
      const Int row = rows.begin + Int(found[i] >> 32);
      const double w = weight ? weight[row] : 1.0;
      at.weights[static_cast<Label>(found[i])] += w;
      at.weights[at.labels[row]] -= w;
    }
    pass.relabel(rows, found, n);
  });
  return all;
}

}  // namespace covey
