// Python's door to the passes that dense and sparse rows share.
#include "binding.hpp"
#include "doors.hpp"
#include "sparse_seeds.hpp"

namespace covey {
namespace {

template <class T, class Rows>
std::pair<double, Int> py_lloyd(const Rows& X, Matrix<const T> centers, Weight weight,
                                Vector<Label> labels, Matrix<double> sums, Vector<double> weights) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  const double* w = weights_of(weight, X.n);
  must_have(labels, X.n, "length of labels, one for each row");
  must_have(sums, c.k * X.d, "size of sums");
  must_have(weights, c.k, "length of weights");
  nb::gil_scoped_release release;
  const Totals totals = lloyd(X, c, w, labels.data(), sums.data(), weights.data());
  return {totals.inertia, totals.n_changed};
}

template <class T, class Rows>
void py_nearest(const Rows& X, Matrix<const T> centers, Vector<Label> labels, Vector<double> sq) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  must_have(labels, X.n, "length of labels, one for each row");
  must_have(sq, X.n, "length of distances, one for each row");
  nb::gil_scoped_release release;
  nearest(X, c, labels.data(), sq.data());
}

template <class T, class Rows>
void py_inertia(const Rows& X, Matrix<const T> centers, Vector<const Label> labels, Weight weight,
                Vector<double> sums) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  const double* w = weights_of(weight, X.n);
  must_have(labels, X.n, "length of labels, one for each row");
  must_have(sums, c.k, "length of sums, one for each center");
  check_labels(labels.data(), X.n, c.k);
  nb::gil_scoped_release release;
  inertia(X, c, labels.data(), w, sums.data());
}

template <class T, class Rows>
void py_distances(const Rows& X, Matrix<const T> centers, Matrix<T> out) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  must_have(out, X.n * c.k, "size of the distances, rows times centers");
  nb::gil_scoped_release release;
  distances(X, c, out.data());
}

template <class T, class Rows>
void py_potentials(const Rows& X, Matrix<const T> candidates, Vector<const double> sq_closest,
                   Weight weight, Vector<double> sums) {
  const Centers<T> c = centers_of<T>(candidates, X.d);
  const double* w = weights_of(weight, X.n);
  must_have(sq_closest, X.n, "length of sq_closest, one for each row");
  must_have(sums, c.k, "length of sums, one for each candidate");
  nb::gil_scoped_release release;
  potentials(X, c, sq_closest.data(), w, sums.data());
}

template <class T, class Rows>
void py_lower(const Rows& X, Matrix<const T> center, Vector<double> sq_closest, Weight weight,
              Int block_rows, Vector<double> block_sums) {
  const Centers<T> c = centers_of<T>(center, X.d);
  must(c.k == 1, "number of centers", 1, c.k);
  const double* w = weights_of(weight, X.n);
  must_have(sq_closest, X.n, "length of sq_closest, one for each row");
  must(block_rows >= 1, "rows of a block, at least", 1, block_rows);
  must_have(block_sums, Blocks{X.n, block_rows}.count(), "length of the sums, one for each block");
  nb::gil_scoped_release release;
  lower(X, c, block_rows, sq_closest.data(), w, block_sums.data());
}

template <class T, class I>
void bind_sparse(nb::module_& m) {
  bind_sparse<T, I>(m, "lloyd", py_lloyd<T, Sparse<T, I>>);
  bind_sparse<T, I>(m, "nearest", py_nearest<T, Sparse<T, I>>);
  bind_sparse<T, I>(m, "inertia", py_inertia<T, Sparse<T, I>>);
  bind_sparse<T, I>(m, "distances", py_distances<T, Sparse<T, I>>);
  bind_sparse<T, I>(m, "potentials", py_potentials<T, Sparse<T, I>>);
  bind_sparse<T, I>(m, "lower", py_lower<T, Sparse<T, I>>);
}

template <class T>
void bind(nb::module_& m) {
  bind_dense<T>(m, "lloyd", py_lloyd<T, Dense<T>>);
  bind_dense<T>(m, "nearest", py_nearest<T, Dense<T>>);
  bind_dense<T>(m, "inertia", py_inertia<T, Dense<T>>);
  bind_dense<T>(m, "distances", py_distances<T, Dense<T>>);
  bind_dense<T>(m, "potentials", py_potentials<T, Dense<T>>);
  bind_dense<T>(m, "lower", py_lower<T, Dense<T>>);
  bind_sparse<T, std::int32_t>(m);
  bind_sparse<T, std::int64_t>(m);
}

}  // namespace

void bind_rows(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
