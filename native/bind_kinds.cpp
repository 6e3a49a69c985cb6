// Python's door to the passes of other kinds of k-means: sizes bounded, values missing.
#include "binding.hpp"
#include "doors.hpp"
#include "labelled.hpp"
#include "observed.hpp"
#include "sized.hpp"
#include "sparse.hpp"

namespace covey {
namespace {

template <class Rows>
void py_sums(const Rows& X, Vector<const Label> labels, Weight weight, Matrix<double> sums,
             Vector<double> weights) {
  const double* w = weights_of(weight, X.n);
  const Int k = Int(weights.size());
  must(k >= 1, "number of centers, at least", 1, k);
  must_have(labels, X.n, "length of labels, one for each row");
  must_have(sums, k * X.d, "size of sums");
  check_labels(labels.data(), X.n, k);
  nb::gil_scoped_release release;
  add_rows(X, k, w, labels.data(), sums.data(), weights.data());
}

template <class T>
void py_observed_nearest(const Dense<T>& X, Matrix<const T> centers, Vector<Label> labels,
                         Vector<double> sq) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  must_have(labels, X.n, "length of labels, one for each row");
  must_have(sq, X.n, "length of distances, one for each row");
  nb::gil_scoped_release release;
  observed_nearest(X, c, labels.data(), sq.data());
}

template <class T>
void py_observed_squares(const Dense<T>& X, Matrix<const T> centers, Matrix<double> out) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  must_have(out, X.n * c.k, "size of the distances, rows times centers");
  nb::gil_scoped_release release;
  observed_squares(X, c, out.data());
}

template <class T>
void py_observed_sums(const Dense<T>& X, Vector<const Label> labels, Weight weight,
                      Matrix<double> sums, Matrix<double> masses) {
  const double* w = weights_of(weight, X.n);
  const Int k = Int(sums.shape(0));
  must(k >= 1, "number of centers, at least", 1, k);
  must_have(sums, k * X.d, "size of sums");
  must_have(masses, k * X.d, "size of masses");
  must_have(labels, X.n, "length of labels, one for each row");
  check_labels(labels.data(), X.n, k);
  nb::gil_scoped_release release;
  observed_sums(X, k, w, labels.data(), sums.data(), masses.data());
}

template <class T>
void py_sized(const Dense<T>& X, Matrix<const T> centers, Weight weight, std::pair<Int, Int> sizes,
              Vector<double> prices, Vector<Label> labels) {
  const Centers<T> c = centers_of<T>(centers, X.d);
  const double* w = weights_of(weight, X.n);
  const auto [low, high] = sizes;
  must_have(prices, c.k, "length of prices, one for each center");
  must_have(labels, X.n, "length of labels, one for each row");
  must(low >= 0 && low <= X.n / c.k, "least rows of a cluster, at most", X.n / c.k, low);
  must(high >= (X.n + c.k - 1) / c.k, "most rows of a cluster, at least", (X.n + c.k - 1) / c.k,
       high);
  nb::gil_scoped_release release;
  sized(X, c, w, low, high, prices.data(), labels.data());
}

template <class T>
void bind(nb::module_& m) {
  bind_dense<T>(m, "sums", py_sums<Dense<T>>);
  bind_sparse<T, std::int32_t>(m, "sums", py_sums<Sparse<T, std::int32_t>>);
  bind_sparse<T, std::int64_t>(m, "sums", py_sums<Sparse<T, std::int64_t>>);
  bind_dense<T>(m, "observed_nearest", py_observed_nearest<T>);
  bind_dense<T>(m, "observed_squares", py_observed_squares<T>);
  bind_dense<T>(m, "observed_sums", py_observed_sums<T>);
  bind_dense<T>(m, "sized", py_sized<T>);
}

}  // namespace

void bind_kinds(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
