// Python's door to the passes that leave rows out by bounds.
#include "binding.hpp"
#include "bounded.hpp"
#include "doors.hpp"
#include "drift.hpp"
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
void bind(nb::module_& m) {
  bind_strictly(m, "review", py_review<T>);
  bind_strictly(m, "drift", py_drift<T>);
  bind_strictly(m, "total_inertia", py_total_inertia<T>);
}

}  // namespace

void bind_bounded(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
  m.def("bytes_are_quick", [] { return table().coarse.quick; });
}

}  // namespace covey
