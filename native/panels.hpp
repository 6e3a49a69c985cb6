// Silhouettes of one labeling, each distance computed once: pairs of clusters, a panel at a time.
//
// Rows are sorted by label. A panel, some rows of one cluster, meets all rows from itself on, in
// chunks of one cluster each:
//
//     cluster     a a a a|a a|b b b b b|c c c        a panel × one chunk: each distance counts
//     panel           ▒▒▒▒                           for its row, to the chunk's cluster, and for
//     chunks          ▒▒▒▒ ░░ ░░░░ ░ ░░░░            its column, to the panel's
//
// What a column got from the earlier panels of a cluster waits in `waiting` until the cluster's
// last panel is done; so a row needs three numbers, not one for each cluster.
#pragma once

#include <vector>

#include "blocks.hpp"

namespace covey {

/// Rows in a panel, and in a chunk, at most.
inline constexpr Int PANEL = 1024;

/// Rows sorted by label, and what is known of each so far.
struct Standing {
  const Int* starts;  // k + 1: where each label's rows start
  Int k;
  double* within;   // n: Σ of the distances to the rows of its own cluster
  double* other;    // n: least mean distance to the rows of another cluster
  double* waiting;  // n: Σ of the distances to the rows of the panel's cluster so far
};

struct Pieces {
  std::vector<Range> rows;
  std::vector<Int> labels;
};

/// The rows from `begin` on in chunks of one cluster each, the panel itself the first.
inline Pieces chunks_from(Range panel, Int label, const Standing& to) {
  Pieces pieces{{panel}, {label}};
  for (Int at = panel.end; label < to.k; ++label)
    for (; at < to.starts[label + 1]; at = pieces.rows.back().end) {
      pieces.rows.push_back({at, std::min(at + PANEL, to.starts[label + 1])});
      pieces.labels.push_back(label);
    }
  return pieces;
}

/// Distances of a panel's rows, all of one label, to themselves and to all rows after them.
template <class T>
void silhouette_panel(const Dense<T>& X, Range panel, Int label, const Standing& to) {
  const Pieces chunks = chunks_from(panel, label, to);
  const Int n_chunks = Int(chunks.rows.size());
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  const Buffers<double> by_row(n_chunks, panel.size()), by_column(n_threads, PANEL);
  each_block(n_chunks, n_threads, [&](Int c, int worker) {
    const Range columns = chunks.rows[c];
    double* sums = c == 0 ? nullptr : by_column[worker];
    kernels<T>().between(X, panel, columns, by_row[c], sums, scratch[worker]);
    for (Int j = 0; sums && j < columns.size(); ++j) to.waiting[columns.begin + j] += sums[j];
  });
  for (Int i = 0; i < panel.size(); ++i) {
    double sum = to.waiting[panel.begin + i];
    for (Int c = 0; c < n_chunks; ++c) {
      sum += by_row[c][i];
      const Int of = chunks.labels[c];
      if (c + 1 < n_chunks && chunks.labels[c + 1] == of) continue;
      const double mean = sum / double(to.starts[of + 1] - to.starts[of]);
      if (of == label)
        to.within[panel.begin + i] = sum;
      else
        to.other[panel.begin + i] = std::min(to.other[panel.begin + i], mean);
      sum = 0;
    }
  }
  if (panel.end < to.starts[label + 1]) return;
  for (Int j = panel.end; j < X.n; ++j) {
    const double mean = to.waiting[j] / double(panel.end - to.starts[label]);
    to.other[j] = std::min(to.other[j], mean);
    to.waiting[j] = 0;
  }
}

}  // namespace covey
