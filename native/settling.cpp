// Which rows change their label, and what that does to the sums of the centers.
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

Int differing(const std::int32_t* rows, const Label* found, const Label* labels, Int n,
              std::uint64_t* changes) {
  constexpr int W = lanes<float>;
  Int count = 0;
  const auto compare = [&](Int i) {
    const auto row = rows ? rows[i] : static_cast<std::int32_t>(i);
    changes[count] = std::uint64_t(row) << 32 | std::uint32_t(found[i]);
    count += found[i] != labels[row];
  };
  Int i = 0;
  for (; !rows && i + W <= n; i += W) {
    const auto before = load<vec<Label, W>>(labels + i), now = load<vec<Label, W>>(found + i);
    if (!any(before != now)) continue;  // most keep theirs
    for (int l = 0; l < W; ++l) compare(i + l);
  }
  for (; i < n; ++i) compare(i);
  return count;
}

template <class T>
void settle(const Dense<T>& X, const std::uint64_t* changes, Int n, const double* weight,
            const Label* labels, Range features, Sums sums) {
  constexpr Int AHEAD = 16;  // rows that lie anywhere: a third of the time went by waiting for them
  const Int end = std::min(features.end, X.d);
  for (Int i = 0; i < n; ++i) {
    const Int row = Int(changes[i] >> 32);
    const T* soon = X.row(Int(changes[std::min(i + AHEAD, n - 1)] >> 32));
    __builtin_prefetch(soon + features.begin);
    __builtin_prefetch(soon + end - 1);
    const double w = weight ? weight[row] : 1.0;
    const T* x = X.row(row);
    double* to = sums.at + static_cast<Label>(changes[i]) * sums.stride;
    double* from = sums.at + labels[row] * sums.stride;
    for (Int f = features.begin; f < end; ++f) {
      const double value = w * double(x[f]);
      to[f] += value;
      from[f] -= value;
    }
    if (features.end <= X.d) continue;
    to[X.d] += w;
    from[X.d] -= w;
  }
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.differing = differing;
  kernels.settle = settle<T>;
}

}  // namespace

void COVEY_ADD(settling)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
