// Python's door to the passes that leave rows out by bounds.
#include "binding.hpp"
#include "bounded.hpp"
#include "doors.hpp"
#include "drift.hpp"
#include "equal.hpp"
#include "spread.hpp"

namespace covey {
namespace {

using Floats = std::optional<Matrix<const float>>;

/// Rows and centers as they are seen; null: the rows themselves are.
Seen seen_of(const Floats& rows, const Floats& centers, Int n, Int k, double scale, double reach,
             double tail) {
  Seen seen;
  seen.scale = scale;
  if (!rows || !centers) return seen;
  seen.rows = rows_of<float>(*rows);
  seen.centers = centers_of<float>(*centers, seen.rows.d);
  must(seen.rows.n == n, "rows as seen, as many as of X", n, seen.rows.n);
  must(seen.centers.k == k, "centers as seen, as many as centers", k, seen.centers.k);
  seen.reach = std::max(float(reach), 1e-20f), seen.tail = float(tail);
  return seen;
}

void check_coarse(Int d, double step) {
  must(d <= MOST_COARSE, "features rounded to bytes, at most", MOST_COARSE, d);
  if (!(step >= 1e-290 && step <= 1e290))
    throw std::invalid_argument("step must be from 1e-290 to 1e290; got " + std::to_string(step));
}

/// Rows in bytes; null: there are none.
Coarse coarse_of(const std::optional<Matrix<const std::int8_t>>& rows,
                 const std::optional<Matrix<const std::int32_t>>& facts,
                 const std::optional<Vector<const float>>& off,
                 const std::optional<Vector<const double>>& shift, double step, Int n, Int d) {
  if (!rows || !facts || !off || !shift) return {};
  check_coarse(d, step);
  must_have(*rows, n * coarse_stride(d), "size of the rows in bytes");
  must_have(*facts, 2 * n, "size of facts, two for each row");
  must_have(*off, n, "length of off, one for each row");
  must_have(*shift, d, "length of shift, one for each column of X");
  return {rows->data(), facts->data(), off->data(), n, d, coarse_stride(d), shift->data(), step};
}

template <class T>
std::pair<Int, Int> py_review(Matrix<const T> X, Matrix<const T> centers, Floats seen_rows,
                              Floats seen_centers, double scale, double reach, double tail,
                              std::optional<Matrix<const std::int8_t>> bytes,
                              std::optional<Matrix<const std::int32_t>> facts,
                              std::optional<Vector<const float>> off,
                              std::optional<Vector<const double>> shift, double step, Weight weight,
                              bool first, Vector<Label> labels, Vector<float> due,
                              Matrix<double> sums, Vector<double> weights,
                              Vector<const float> moved, double before, double clock) {
  const Dense<T> rows = rows_of<T>(X);
  const Centers<T> c = centers_of<T>(centers, rows.d, 2);
  const Seen seen = seen_of(seen_rows, seen_centers, rows.n, c.k, scale, reach, tail);
  const Coarse coarse = coarse_of(bytes, facts, off, shift, step, rows.n, rows.d);
  const double* w = weights_of(weight, rows.n);
  must_have(labels, rows.n, "length of labels, one for each row");
  must_have(due, rows.n, "length of due, one for each row");
  must_have(sums, c.k * rows.d, "size of sums");
  must_have(weights, c.k, "length of weights");
  must_have(moved, c.k, "length of moved, one for each center");
  const Watched at{labels.data(), due.data(),    sums.data(), weights.data(),
                   moved.data(),  float(before), float(clock)};
  nb::gil_scoped_release release;
  const Progress progress = review(rows, c, seen, coarse, w, first, at);
  return {progress.n_changed, progress.n_computed};
}

template <class T>
std::pair<double, double> py_drift(Matrix<const T> before, Matrix<const T> after, double scale,
                                   double clock, Vector<float> moved) {
  const Centers<T> a = centers_of<T>(before, Int(before.shape(1)));
  const Centers<T> b = centers_of<T>(after, a.d);
  must(b.k == a.k, "number of centers after", a.k, b.k);
  must_have(moved, a.k, "length of moved, one for each center");
  const Drift found = drift(a, b, scale, float(clock), moved.data());
  return {found.sq_shift, found.clock};
}

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
double py_total_inertia(Matrix<const T> X, Matrix<const T> centers, Vector<const Label> labels,
                        Weight weight) {
  const Dense<T> rows = rows_of<T>(X);
  const Centers<T> c = centers_of<T>(centers, rows.d);
  const double* w = weights_of(weight, rows.n);
  must_have(labels, rows.n, "length of labels, one for each row");
  check_labels(labels.data(), rows.n, c.k);
  nb::gil_scoped_release release;
  return total_inertia(rows, c, labels.data(), w);
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
  bind_strictly(m, "review", py_review<T>);
  bind_strictly(m, "drift", py_drift<T>);
  bind_strictly(m, "round_to_bytes", py_round_to_bytes<T>);
  bind_strictly(m, "turn_rows", py_turn_rows<T>);
  bind_strictly(m, "spread", py_spread<T>);
  bind_strictly(m, "total_inertia", py_total_inertia<T>);
  bind_strictly(m, "equal_rows", py_equal_rows<T>);
  bind_strictly(m, "take_rows", py_take_rows<T>);
}

}  // namespace

void bind_bounded(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
  bind_strictly(m, "round_rows", py_round_rows);
  m.def("bytes_are_quick", [] { return table().coarse.quick; });
  bind_strictly(m, "add_weights", py_add_weights);
  bind_strictly(m, "take_labels", py_take_labels);
}

}  // namespace covey
