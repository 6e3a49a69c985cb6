// Passes of greedy k-means++: what each candidate would leave, and taking the one chosen.
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Distances so far of the rows of one tile, and their weights. Filling has distance 0, which no
/// candidate lowers, and weight 0.
struct Near {
  const double* sq;
  const double* weight;
  double padded_sq[64], padded_weight[64];

  Near(const double* sq_closest, const double* weights, Int at, Int count, Int rows)
      : sq(sq_closest + at), weight(weights ? weights + at : nullptr) {
    if (count == rows) return;
    std::fill(std::copy(sq, sq + count, padded_sq), padded_sq + rows, 0.0);
    sq = padded_sq;
    if (!weight) return;
    std::fill(std::copy(weight, weight + count, padded_weight), padded_weight + rows, 0.0);
    weight = padded_weight;
  }
};

template <class T, int D>
void potentials_by(const Dense<T>& X, const Centers<T>& centers, Range range,
                   const double* sq_closest, const double* weight, double* sums, T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int N = lanes<double>;
  pack<double> sum[CANDIDATES] = {};
  for (Int i = range.begin; i < range.end; i += Rows::rows) {
    const Int count = std::min<Int>(Rows::rows, range.end - i);
    Rows tile;
    tile.read(X, i, count, scratch);
    const Near near(sq_closest, weight, i - range.begin, count, Rows::rows);
    each_center<T, D>(tile, centers, [&](Int j, const pack<T>(&found)[Rows::R]) {
      COVEY_UNROLL
      for (int r = 0; r < Rows::R; ++r)
        each_part<T>(found[r], [&](int q, pack<double> sq) {
          const int at = r * lanes<T> + q * N;
          const pack<double> left = minimum(sq, load<pack<double>>(near.sq + at));
          sum[j] += near.weight ? left * load<pack<double>>(near.weight + at) : left;
        });
    });
  }
  for (Int j = 0; j < centers.k; ++j) sums[j] += total<double, N>(sum[j]);
}

template <class T, int D>
double lower_by(const Dense<T>& X, const Centers<T>& centers, Range range, double* sq_closest,
                const double* weight, T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int N = lanes<double>;
  pack<double> sum{};
  for (Int i = range.begin; i < range.end; i += Rows::rows) {
    const Int count = std::min<Int>(Rows::rows, range.end - i), first = i - range.begin;
    Rows tile;
    tile.read(X, i, count, scratch);
    const Near near(sq_closest, weight, first, count, Rows::rows);
    pack<T> found[1][Rows::R];
    sq_distances<1, T, D>(tile, centers.at, centers.d, found);
    double lowered[Rows::rows];
    COVEY_UNROLL
    for (int r = 0; r < Rows::R; ++r)
      each_part<T>(found[0][r], [&](int q, pack<double> sq) {
        const int at = r * lanes<T> + q * N;
        const pack<double> left = minimum(sq, load<pack<double>>(near.sq + at));
        sum += near.weight ? left * load<pack<double>>(near.weight + at) : left;
        store(lowered + at, left);
      });
    std::copy(lowered, lowered + count, sq_closest + first);
  }
  return total<double, N>(sum);
}

template <class T>
void potentials(const Dense<T>& X, const Centers<T>& centers, Range range, const double* sq_closest,
                const double* weight, double* sums, T* scratch) {
  COVEY_BY_FEATURES(potentials_by, X.d, X, centers, range, sq_closest, weight, sums, scratch)
}

template <class T>
double lower(const Dense<T>& X, const Centers<T>& centers, Range range, double* sq_closest,
             const double* weight, T* scratch) {
  COVEY_BY_FEATURES(lower_by, X.d, X, centers, range, sq_closest, weight, scratch)
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.potentials = potentials<T>;
  kernels.lower = lower<T>;
}

}  // namespace

void COVEY_ADD(seeding)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
