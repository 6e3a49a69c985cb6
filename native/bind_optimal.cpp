// Python's door to optimal clusters of one feature: running sums, and the cheapest partition.
#include "binding.hpp"
#include "doors.hpp"
#include "stretches.hpp"

namespace covey {
namespace {

/// Sums as rows: 3 columns are plain, 6 are precise.
template <class Row, class Array>
auto sums_of(const Array& array, const char* what) {
  must(Int(array.shape(1)) == row_size<Row>, what, row_size<Row>, Int(array.shape(1)));
  using Value = std::remove_pointer_t<decltype(array.data())>;
  using As = std::conditional_t<std::is_const_v<Value>, const Row, Row>;
  return reinterpret_cast<As*>(array.data());
}

/// Call visit(row) with a row of the kind that so many columns are.
template <class Visit>
auto by_kind(Int columns, Visit&& visit) {
  if (columns == row_size<Plain>) return visit(Plain{});
  return visit(Precise{});
}

constexpr char COLUMNS[] = "columns of sums, 3 or";

template <class T>
void py_running_sums(Vector<const T> x, Weight weight, double origin, Int stride,
                     Matrix<double> out) {
  const Int n = Int(x.size());
  const double* w = weights_of(weight, n);
  must(stride >= 1, "stride, at least", 1, stride);
  must(Int(out.shape(0)) == (n + stride - 1) / stride + 1, "rows of sums",
       (n + stride - 1) / stride + 1, Int(out.shape(0)));
  by_kind(Int(out.shape(1)), [&](auto kind) {
    using Row = decltype(kind);
    Row* rows = sums_of<Row>(out, COLUMNS);
    nb::gil_scoped_release release;
    running_sums<Row>(x.data(), w, n, origin, stride, rows);
  });
}

template <class T>
void py_sums_within(Vector<const T> x, Weight weight, double origin, Int stride,
                    Matrix<const double> coarse, Vector<const Int> blocks, Matrix<double> out) {
  const Int n = Int(x.size());
  const double* w = weights_of(weight, n);
  must(stride >= 1, "stride, at least", 1, stride);
  Int n_rows = 0;
  for (Int b = 0; b < Int(blocks.size()); ++b) {
    const Int begin = blocks.data()[b] * stride;
    must(begin >= 0 && begin < n, "start of a block of values, from 0 to below", n, begin);
    n_rows += std::min(stride, n - begin);
  }
  must(Int(coarse.shape(0)) == (n + stride - 1) / stride + 1, "rows of coarse sums",
       (n + stride - 1) / stride + 1, Int(coarse.shape(0)));
  must(Int(out.shape(0)) == n_rows, "rows of sums, one for each value of the blocks", n_rows,
       Int(out.shape(0)));
  by_kind(Int(out.shape(1)), [&](auto kind) {
    using Row = decltype(kind);
    Row* rows = sums_of<Row>(out, COLUMNS);
    const Row* from = sums_of<Row>(coarse, COLUMNS);
    nb::gil_scoped_release release;
    sums_within<Row>(x.data(), w, n, origin, stride, from, blocks.data(), Int(blocks.size()), rows);
  });
}

template <class T>
void py_means_between(Vector<const T> x, Weight weight, Vector<const Int> places,
                      Vector<double> means) {
  const Int n = Int(x.size()), k = Int(means.size());
  const double* w = weights_of(weight, n);
  must_have(places, k + 1, "length of places, one more than means");
  must(places.data()[0] >= 0, "first place, at least", 0, places.data()[0]);
  must(places.data()[k] <= n, "last place, at most", n, places.data()[k]);
  for (Int j = 0; j < k; ++j)
    must(places.data()[j] < places.data()[j + 1], "a place, below the next", places.data()[j + 1],
         places.data()[j]);
  nb::gil_scoped_release release;
  means_between(x.data(), w, places.data(), k, means.data());
}

/// Let Python see Ctrl-C; called without the interpreter's lock.
void look_for_signals() {
  nb::gil_scoped_acquire acquire;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

std::pair<Int, double> py_partition(Matrix<const double> left, Matrix<const double> right,
                                    double penalty, Vector<double> cost, Vector<Label> before) {
  const Int n = Int(left.shape(0));
  must(n >= 1 && n < (Int{1} << 31), "places, at least 1 and below", Int{1} << 31, n);
  must(Int(right.shape(0)) == n, "rows of sums at the ends", n, Int(right.shape(0)));
  must(right.shape(1) == left.shape(1), "columns of sums at the ends", Int(left.shape(1)),
       Int(right.shape(1)));
  must_have(cost, n, "length of the costs, one for each place");
  must_have(before, n, "length of the places before, one for each place");
  return by_kind(Int(left.shape(1)), [&](auto kind) {
    using Row = decltype(kind);
    const Paths<Row> paths{sums_of<Row>(left, COLUMNS),
                           sums_of<Row>(right, COLUMNS),
                           n,
                           penalty,
                           cost.data(),
                           before.data()};
    nb::gil_scoped_release release;
    cheapest_paths(paths, look_for_signals);
    return length_of(paths);
  });
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "running_sums", py_running_sums<T>);
  bind_strictly(m, "sums_within", py_sums_within<T>);
  bind_strictly(m, "means_between", py_means_between<T>);
}

}  // namespace

void bind_optimal(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
  bind_strictly(m, "partition", py_partition);
}

}  // namespace covey
