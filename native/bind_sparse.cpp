// Python's door to the passes of the loop over sparse rows.
#include "binding.hpp"
#include "doors.hpp"
#include "sparse.hpp"
#include "sparse_sums.hpp"

namespace covey {
namespace {

template <class T, class I>
void py_lengths(const Sparse<T, I>& X, Vector<double> out) {
  must_have(out, X.n, "length of the lengths, one for each row");
  nb::gil_scoped_release release;
  lengths(X, out.data());
}

template <class T>
double py_pack(Matrix<const T> centers, double longest_row, Matrix<float> panel,
               Vector<double> sq_norms) {
  const Centers<T> c = centers_of<T>(centers, Int(centers.shape(1)));
  must_have(panel, c.d * panel_stride(c.k), "size of the panel");
  must_have(sq_norms, c.k, "length of sq_norms, one for each center");
  nb::gil_scoped_release release;
  return pack(c, longest_row, panel.data(), sq_norms.data());
}

template <class T>
void py_move(Matrix<T> centers, Matrix<const double> sums, Vector<const double> weights,
             Vector<const bool> moved, Matrix<float> panel, double unit, Vector<double> sq_norms,
             Vector<double> sq_moves) {
  const Int k = Int(centers.shape(0)), d = Int(centers.shape(1));
  must_have(sums, k * d, "size of sums");
  must_have(weights, k, "length of weights");
  must_have(moved, k, "length of moved");
  must_have(panel, d * panel_stride(k), "size of the panel");
  must_have(sq_norms, k, "length of sq_norms, one for each center");
  must_have(sq_moves, k, "length of sq_moves, one for each center");
  const Moving<T> to{centers.data(),  sums.data(), weights.data(), moved.data(), panel.data(), k, d,
                     panel_stride(k), unit};
  nb::gil_scoped_release release;
  move(to, sq_norms.data(), sq_moves.data());
}

template <class T, class I>
Int py_assign(const Sparse<T, I>& X, Matrix<const T> centers, Vector<const double> lengths,
              Matrix<const float> panel, double unit, Vector<const double> sq_norms,
              Vector<const double> spent, Vector<double> due, Vector<Label> labels) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  must_have(lengths, X.n, "length of the lengths, one for each row");
  must_have(panel, X.d * panel_stride(c.k), "size of the panel");
  must_have(sq_norms, c.k, "length of sq_norms, one for each center");
  must_have(spent, c.k, "length of spent, one for each center");
  must_have(due, X.n, "length of due, one for each row");
  must_have(labels, X.n, "length of labels, one for each row");
  check_labels(labels.data(), X.n, c.k);
  const Panel packed{panel.data(), sq_norms.data(), panel_stride(c.k), unit};
  const Deadlines deadlines{spent.data(), due.data()};
  nb::gil_scoped_release release;
  return assign(X, lengths.data(), c, packed, &deadlines, labels.data());
}

template <class T, class I>
void py_sum_stale(const Sparse<T, I>& X, Weight weight, Vector<const Label> labels,
                  Vector<const bool> stale, Matrix<double> sums) {
  const Int k = Int(sums.shape(0));
  const double* w = weights_of(weight, X.n);
  must_have(labels, X.n, "length of labels, one for each row");
  must_have(stale, k, "length of stale, one for each center");
  must_have(sums, k * X.d, "size of sums");
  check_labels(labels.data(), X.n, k);
  nb::gil_scoped_release release;
  sum_stale(X, k, w, labels.data(), stale.data(), sums.data());
}

template <class T, class I>
void py_sum_moved(const Sparse<T, I>& X, Weight weight, Vector<const Label> labels,
                  Vector<const bool> stale, Vector<const Int> rows, Vector<const Label> before,
                  Matrix<double> sums) {
  const Int k = Int(sums.shape(0)), m = Int(rows.size());
  const double* w = weights_of(weight, X.n);
  must_have(labels, X.n, "length of labels, one for each row");
  must_have(stale, k, "length of stale, one for each center");
  must_have(before, m, "length of before, one for each row that moved");
  must_have(sums, k * X.d, "size of sums");
  check_labels(labels.data(), X.n, k);
  check_labels(before.data(), m, k);
  for (Int r = 0; r < m; ++r)
    must(rows.data()[r] >= 0 && rows.data()[r] < X.n, "rows that moved, from 0 to below", X.n,
         rows.data()[r]);
  nb::gil_scoped_release release;
  sum_moved(X, k, w, labels.data(), stale.data(), rows.data(), before.data(), m, sums.data());
}

template <class T, class I>
void bind(nb::module_& m) {
  bind_sparse<T, I>(m, "sparse_lengths", py_lengths<T, I>);
  bind_sparse<T, I>(m, "sparse_assign", py_assign<T, I>);
  bind_sparse<T, I>(m, "sparse_sum_stale", py_sum_stale<T, I>);
  bind_sparse<T, I>(m, "sparse_sum_moved", py_sum_moved<T, I>);
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "sparse_pack", py_pack<T>);
  bind_strictly(m, "sparse_move", py_move<T>);
  bind<T, std::int32_t>(m);
  bind<T, std::int64_t>(m);
}

}  // namespace

void bind_sparse(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
