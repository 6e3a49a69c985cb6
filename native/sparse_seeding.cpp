// Passes of greedy k-means++ over sparse rows: a row meets all candidates at once, in double.
//
// ‖x‖² − 2x·c + ‖c‖², and direct where that cancels. Candidates are rows themselves, so most
// columns are empty in all of them: a table of slots leads to the few that are not.
#include <algorithm>

#include "sparse_direct.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

template <class T, class I, int P>
struct Meeting {
  static constexpr int N = lanes<double>;
  const Sparse<T, I>& X;
  const Centers<T>& centers;
  const Slots& slots;

  /// Squared distances of row i to the candidates, in lanes.
  void sq_distances(Int i, pack<double> (&sq)[P]) const {
    pack<double> product[2][P] = {}, square{};
    Int p = X.indptr[i];
    const Int end = X.indptr[i + 1];
    const auto add = [&](int chain, Int at) {
      const pack<double> x = broadcast<pack<double>>(X.data[at]);
      const double* values = slots.values + Int(slots.at[X.indices[at]]) * slots.width;
      COVEY_UNROLL
      for (int q = 0; q < P; ++q) product[chain][q] += x * load<pack<double>>(values + q * N);
    };
    for (; p + 2 <= end; p += 2) add(0, p), add(1, p + 1);
    if (p < end) add(0, p);
    for (p = X.indptr[i]; p + N <= end; p += N) {
      const pack<double> x = doubles<N>(X.data + p);
      square += x * x;
    }
    double sq_length = total<double, N>(square);
    for (; p < end; ++p) sq_length += double(X.data[p]) * double(X.data[p]);
    COVEY_UNROLL
    for (int q = 0; q < P; ++q) {
      const pack<double> both = load<pack<double>>(slots.sq_norms + q * N) + sq_length;
      const pack<double> products = product[0][q] + product[1][q];
      sq[q] = both - (products + products);
      if (!any(sq[q] < CANCELLED * both)) continue;
      double lane[N];
      store(lane, sq[q]);
      for (int l = 0; l < N && q * N + l < centers.k; ++l)
        if (lane[l] < CANCELLED * (slots.sq_norms[q * N + l] + sq_length))
          lane[l] = direct(X, i, centers.row(q * N + l), slots.sq_norms[q * N + l]);
      sq[q] = load<pack<double>>(lane);
    }
  }
};

template <class T, class I, int P>
void potentials_by(const Sparse<T, I>& X, const Centers<T>& centers, const Slots& slots,
                   Range range, const double* sq_closest, const double* weight, double* sums) {
  constexpr int N = lanes<double>;
  const Meeting<T, I, P> meeting{X, centers, slots};
  pack<double> sum[P] = {};
  for (Int i = range.begin; i < range.end; ++i) {
    pack<double> sq[P];
    meeting.sq_distances(i, sq);
    const pack<double> closest = broadcast<pack<double>>(sq_closest[i - range.begin]);
    const double w = weight ? weight[i - range.begin] : 1.0;
    COVEY_UNROLL
    for (int q = 0; q < P; ++q) sum[q] += w * minimum(sq[q], closest);
  }
  for (int q = 0; q < P; ++q)
    for (int l = 0; l < N && q * N + l < centers.k; ++l) sums[q * N + l] += sum[q][l];
}

template <class T, class I>
void potentials(const Sparse<T, I>& X, const Centers<T>& centers, const Slots& slots, Range range,
                const double* sq_closest, const double* weight, double* sums) {
  constexpr int P = Slots::WIDTH / lanes<double>;
  if (slots.width == Slots::WIDTH)
    potentials_by<T, I, P>(X, centers, slots, range, sq_closest, weight, sums);
  else
    potentials_by<T, I, 2 * P>(X, centers, slots, range, sq_closest, weight, sums);
}

template <class T, class I>
double lower(const Sparse<T, I>& X, const Centers<T>& center, const Slots& slots, Range range,
             double* sq_closest, const double* weight) {
  constexpr int P = Slots::WIDTH / lanes<double>;
  const Meeting<T, I, P> meeting{X, center, slots};
  double sum = 0;
  for (Int i = range.begin; i < range.end; ++i) {
    pack<double> sq[P];
    meeting.sq_distances(i, sq);
    double& closest = sq_closest[i - range.begin];
    closest = std::min(closest, double(sq[0][0]));
    sum += weight ? weight[i - range.begin] * closest : closest;
  }
  return sum;
}

template <class T, class I>
void add(SparseKernels<T, I>& kernels) {
  kernels.potentials = potentials<T, I>;
  kernels.lower = lower<T, I>;
}

}  // namespace

void COVEY_ADD(sparse_seeding)(Table& table) {
  add(table.f32_i32);
  add(table.f32_i64);
  add(table.f64_i32);
  add(table.f64_i64);
}

}  // namespace covey
