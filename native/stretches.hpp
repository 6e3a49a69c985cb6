// The cheapest way to cut sorted values into stretches, each of which costs its scatter and a
// penalty: the least-weight path from the first place to the last.
//
// Scatter satisfies the quadrangle inequality, so a later start, once it is the better one, stays
// the better one. A queue therefore holds, in order, the starts that are best for some places
// ahead, each from its own place on; a new start pushes out those it beats at their own place, and
// enters where it overtakes the last that is left. Overtaking is looked for by doubling steps,
// for it moves on by about one place per start: O(n log n), about 2n comparisons in practice.
// (Hirschberg & Larmore 1987, doi 10.1137/0216043; Galil & Park 1992.)
#pragma once

#include <utility>

#include "buffers.hpp"
#include "moments.hpp"

namespace covey {
namespace {

/// Places between two looks at whether to go on.
inline constexpr Int LOOK = 1 << 17;

template <class Row>
struct Paths {
  const Row* left;   // n: sums at each place as the start of a stretch
  const Row* right;  // n: … and as its end
  Int n;
  double penalty;
  double* cost;   // n: of the best path to each place; 0 at the first
  Label* before;  // n: place before it on that path

  double by(Int start, Int end) const { return cost[start] + scatter(left[start], right[end]); }

  /// First place in low … n − 1 for which `late` is the better start; n if there is none.
  Int overtakes(Int late, Int early, Int low) const {
    const auto better = [&](Int end) { return by(late, end) < by(early, end); };
    if (low >= n || better(low)) return low;
    Int step = 1, high = n;
    for (;; step *= 2) {
      if (low + step >= n) {
        if (!better(n - 1)) return n;
        high = n - 1;
        break;
      }
      if (better(low + step)) {
        high = low + step;
        break;
      }
      low += step;
    }
    while (high - low > 1) {
      const Int middle = low + (high - low) / 2;
      (better(middle) ? high : low) = middle;
    }
    return high;
  }
};

/// The path to the last place: its stretches, and what they cost without the penalty. (What is left
/// of the whole cost would have no digits where the penalty is large.)
template <class Row>
std::pair<Int, double> length_of(const Paths<Row>& paths) {
  std::pair<Int, double> length{0, 0.0};
  for (Label i = static_cast<Label>(paths.n - 1); i > 0; i = paths.before[i]) {
    ++length.first;
    length.second += scatter(paths.left[paths.before[i]], paths.right[i]);
  }
  return length;
}

/// Fills cost and before.
template <class Row, class Look>
void cheapest_paths(const Paths<Row>& paths, Look&& look) {
  struct Start {
    Label place, from;  // best start for the places from `from` on, until the next one's
  };
  const Int n = paths.n;
  const Buffers<Start> starts(1, n);
  Start* queue = starts[0];
  Int head = 0, tail = 1;
  queue[0] = {0, 1};
  paths.cost[0] = 0;
  paths.before[0] = 0;
  for (Int i = 1; i < n; ++i) {
    if (i % LOOK == 0) look();
    while (head + 1 < tail && queue[head + 1].from <= i) ++head;
    paths.cost[i] = paths.by(queue[head].place, i) + paths.penalty;
    paths.before[i] = queue[head].place;
    while (tail - head > 1 && paths.by(i, queue[tail - 1].from) <
                                  paths.by(queue[tail - 1].place, queue[tail - 1].from))
      --tail;
    const Start last = queue[tail - 1];
    const Int low = tail - head > 1 ? last.from + 1 : i + 1;
    const Int from = paths.overtakes(i, last.place, low);
    if (from < n) queue[tail++] = {static_cast<Label>(i), static_cast<Label>(from)};
  }
}

}  // namespace
}  // namespace covey
