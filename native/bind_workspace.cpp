// Python's door to what a fit makes of its rows before it looks at them.
#include "binding.hpp"
#include "coarse.hpp"
#include "doors.hpp"
#include "equal.hpp"
#include "rounded.hpp"
#include "spread.hpp"

namespace covey {
namespace {

void py_round_rows(Matrix<const double> X, Vector<const double> shift, double scale,
                   Matrix<float> out) {
  const Dense<double> rows = rows_of<double>(X);
  must_have(shift, rows.d, "length of shift, one for each column of X");
  must_have(out, rows.n * rows.d, "size of the rounded rows");
  nb::gil_scoped_release release;
  round_rows(rows, shift.data(), scale, out.data());
}

template <class T>
void py_round_to_bytes(Matrix<const T> X, Vector<const double> shift, double step,
                       Matrix<std::int8_t> bytes, Matrix<std::int32_t> facts, Vector<float> off) {
  const Dense<T> rows = rows_of<T>(X);
  check_coarse(rows.d, step);
  must_have(shift, rows.d, "length of shift, one for each column of X");
  must_have(bytes, rows.n * coarse_stride(rows.d), "size of the rows in bytes");
  must_have(facts, 2 * rows.n, "size of facts, two for each row");
  must_have(off, rows.n, "length of off, one for each row");
  nb::gil_scoped_release release;
  round_to_bytes(rows, shift.data(), step, bytes.data(), facts.data(), off.data());
}

template <class T>
void py_turn_rows(Matrix<const T> X, Vector<const double> shift, double scale,
                  Matrix<const double> axes, Matrix<float> out) {
  const Dense<T> rows = rows_of<T>(X);
  const Int p = Int(axes.shape(1));
  must_have(shift, rows.d, "length of shift, one for each column of X");
  must(Int(axes.shape(0)) == rows.d, "rows of axes, one for each column of X", rows.d,
       Int(axes.shape(0)));
  must_have(out, rows.n * (p + 1), "size of the turned rows");
  nb::gil_scoped_release release;
  turn_rows(rows, shift.data(), scale, axes.data(), p, out.data());
}

Int py_orthonormal(Matrix<double> rows, Int given) {
  const Int n = Int(rows.shape(0)), d = Int(rows.shape(1));
  must(given >= 0, "given, at least", 0, given);
  must(given <= n, "given, at most the rows", n, given);
  nb::gil_scoped_release release;
  return kernels<double>().orthonormal(rows.data(), given, n, d);
}

template <class T>
void py_spread(Matrix<const T> X, Vector<double> sums, Vector<double> squares) {
  const Dense<T> rows = rows_of<T>(X);
  must(rows.n >= 1, "rows of X, at least", 1, rows.n);
  must_have(sums, rows.d, "length of sums, one for each column of X");
  must_have(squares, rows.d, "length of squares, one for each column of X");
  nb::gil_scoped_release release;
  spread(rows, sums.data(), squares.data());
}

template <class T>
Int py_equal_rows(Matrix<const T> X, Vector<std::int32_t> which, Vector<std::int32_t> first) {
  const Dense<T> rows = rows_of<T>(X);
  must(rows.n < (Int{1} << 31), "rows of X, below", Int{1} << 31, rows.n);
  must_have(which, rows.n, "length of which, one for each row");
  must_have(first, rows.n, "length of first, one for each row");
  nb::gil_scoped_release release;
  return equal_rows(rows, which.data(), first.data());
}

template <class T>
void py_take_rows(Matrix<const T> X, Vector<const std::int32_t> which, Matrix<T> out) {
  const Dense<T> rows = rows_of<T>(X);
  const Int m = Int(which.size());
  must_have(out, m * rows.d, "size of the rows taken");
  check_labels(which.data(), m, rows.n);
  nb::gil_scoped_release release;
  take_rows(rows, which.data(), m, out.data());
}

void py_take_labels(Vector<const Label> labels, Vector<const std::int32_t> which,
                    Vector<Label> out) {
  const Int n = Int(labels.size()), m = Int(which.size());
  must_have(out, m, "length of the labels taken");
  check_labels(which.data(), m, n);
  nb::gil_scoped_release release;
  take_rows(Dense<Label>{labels.data(), n, 1}, which.data(), m, out.data());
}

void py_add_weights(Vector<const std::int32_t> which, Weight weight, Vector<double> sums) {
  const Int n = Int(which.size()), m = Int(sums.size());
  const double* w = weights_of(weight, n);
  must(m < (Int{1} << 31), "length of sums, below", Int{1} << 31, m);
  check_labels(which.data(), n, m);
  nb::gil_scoped_release release;
  add_weights(which.data(), n, w, sums.data(), m);
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "round_to_bytes", py_round_to_bytes<T>);
  bind_strictly(m, "turn_rows", py_turn_rows<T>);
  bind_strictly(m, "spread", py_spread<T>);
  bind_strictly(m, "equal_rows", py_equal_rows<T>);
  bind_strictly(m, "take_rows", py_take_rows<T>);
}

}  // namespace

void bind_workspace(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
  bind_strictly(m, "round_rows", py_round_rows);
  bind_strictly(m, "orthonormal", py_orthonormal);
  bind_strictly(m, "take_labels", py_take_labels);
  bind_strictly(m, "add_weights", py_add_weights);
}

}  // namespace covey
