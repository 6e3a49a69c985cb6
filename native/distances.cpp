// Distances of each row to every center: centers in lanes, so that output is written in order.
#include <cmath>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Rows that share the loads of the centers.
constexpr int GROUP = 4;

template <class T>
void distances(const Dense<T>& X, const Across<T>& centers, Int k, Range range, T* out) {
  constexpr int W = lanes<T>;
  for (Int i = range.begin; i < range.end; i += GROUP)
    for (Int j = 0; j < k; j += W) {
      pack<T> sq[GROUP] = {};
      const int count = static_cast<int>(std::min<Int>(GROUP, range.end - i));
      const T* rows[GROUP];
      for (int g = 0; g < GROUP; ++g) rows[g] = X.row(i + std::min(g, count - 1));
      for (Int f = 0; f < X.d; ++f) {
        const pack<T> center = load<pack<T>>(centers.feature(f) + j);
        COVEY_UNROLL
        for (int g = 0; g < GROUP; ++g) {
          const pack<T> difference = broadcast<pack<T>>(rows[g][f]) - center;
          sq[g] += difference * difference;
        }
      }
      for (int g = 0; g < count; ++g) {
        const pack<T> found = root(sq[g]);
        T* to = out + (i + g - range.begin) * k + j;
        if (j + W <= k)
          store(to, found);
        else
          for (Int l = 0; j + l < k; ++l) to[l] = found[l];
      }
    }
}

}  // namespace

void COVEY_ADD(distances)(Table& table) {
  table.f32.distances = distances<float>;
  table.f64.distances = distances<double>;
}

}  // namespace covey
