// Python's door: shapes, the interpreter's lock, one call each; nothing else.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"
#include "dispatch.hpp"
#include "sparse.hpp"

namespace covey {
namespace {

// ------------------------------------------------------ passes that dense and sparse rows share

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
  const double* w = weights_of(weight, X.n);
  must_have(sq_closest, X.n, "length of sq_closest, one for each row");
  must(block_rows >= 1, "rows of a block, at least", 1, block_rows);
  must_have(block_sums, Blocks{X.n, block_rows}.count(), "length of the sums, one for each block");
  nb::gil_scoped_release release;
  lower(X, c, block_rows, sq_closest.data(), w, block_sums.data());
}

// ----------------------------------------------------------------------- passes over dense rows

template <class T>
void py_nearest_two(Matrix<const T> X, Matrix<const T> centers, Vector<Label> first,
                    Vector<double> first_sq, Vector<Label> second, Vector<double> second_sq) {
  const Dense<T> rows = rows_of<T>(X);
  const Centers<T> c = centers_of<T>(centers, rows.d, 2);
  for (Int size : {first.size(), first_sq.size(), second.size(), second_sq.size()})
    must(size == rows.n, "length of the results, one for each row", rows.n, size);
  nb::gil_scoped_release release;
  nearest_two(rows, c, first.data(), first_sq.data(), second.data(), second_sq.data());
}

template <class T>
void py_silhouettes(Matrix<const T> rows, Matrix<const T> columns, Matrix<const Label> own,
                    Vector<const Int> starts, Matrix<const Label> labels, Vector<const Int> sizes,
                    Vector<const Int> offsets, Matrix<double> out) {
  const Dense<T> scored = rows_of<T>(rows), all = rows_of<T>(columns);
  const Int s = Int(labels.shape(1)), n_cells = Int(labels.shape(0));
  must(scored.d == all.d, "columns of the rows to score", all.d, scored.d);
  must_have(own, scored.n * s, "size of own labels");
  must_have(starts, n_cells + 1, "length of starts");
  must(starts.data()[n_cells] == all.n, "end of the last cell", all.n, starts.data()[n_cells]);
  must_have(offsets, s + 1, "length of offsets");
  must_have(sizes, offsets.data()[s], "length of sizes");
  must_have(out, s * scored.n, "size of the scores");
  for (Int l = 0; l < s; ++l) {
    const Int n_labels = offsets.data()[l + 1] - offsets.data()[l];
    for (Int c = 0; c < n_cells; ++c) check_labels(labels.data() + c * s + l, 1, n_labels);
    for (Int i = 0; i < scored.n; ++i) check_labels(own.data() + i * s + l, 1, n_labels);
  }
  const Cells<T> cells{all, starts.data(), labels.data(), sizes.data(), offsets.data(), n_cells, s};
  nb::gil_scoped_release release;
  silhouettes(cells, scored, own.data(), out.data());
}

// ------------------------------------------------------------------------------------- binding

/// One per argument: nothing is converted, so results are written where the caller looks.
template <class>
auto as_it_is() {
  return nb::arg().noconvert();
}

template <class R, class... A>
void bind_strictly(nb::module_& m, const char* name, R (*pass)(A...)) {
  m.def(name, pass, as_it_is<A>()...);
}

template <class T, class R, class... A>
void bind_dense(nb::module_& m, const char* name, R (*pass)(const Dense<T>&, A...)) {
  m.def(
      name, [pass](Matrix<const T> X, A... rest) { return pass(rows_of<T>(X), rest...); },
      as_it_is<T>(), as_it_is<A>()...);
}

template <class T, class I, class R, class... A>
void bind_sparse(nb::module_& m, const char* name, R (*pass)(const Sparse<T, I>&, A...)) {
  m.def(
      name,
      [pass](Vector<const T> data, Vector<const I> indices, Vector<const I> indptr, Int d,
             A... rest) { return pass(rows_of<T, I>(data, indices, indptr, d), rest...); },
      as_it_is<T>(), as_it_is<I>(), as_it_is<I>(), as_it_is<Int>(), as_it_is<A>()...);
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
  bind_strictly(m, "nearest_two", py_nearest_two<T>);
  bind_strictly(m, "silhouettes", py_silhouettes<T>);
  bind_sparse<T, std::int32_t>(m);
  bind_sparse<T, std::int64_t>(m);
}

}  // namespace
}  // namespace covey

NB_MODULE(_core, m) {
  covey::bind<float>(m);
  covey::bind<double>(m);
  m.def("instruction_sets", &covey::instruction_sets);
  m.def("instruction_set", &covey::instruction_set);
  m.def("use_instruction_set", &covey::use_instruction_set);
  m.def("threads", &covey::threads);
  m.def("set_threads", &covey::set_threads);
}
