// Python's door to Lloyd's iterations from several starts.
#include "binding.hpp"
#include "doors.hpp"
#include "starts.hpp"

namespace covey {
namespace {

using Floats = std::optional<Matrix<const float>>;
template <class T>
using Cube = nb::ndarray<T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

Sight sight_of(const Floats& rows, const Vector<const double>& shift, double scale, Int n, Int d) {
  Sight sight;
  sight.scale = scale;
  if (!rows) return sight;
  sight.rows = rows_of<float>(*rows);
  must(sight.rows.n == n, "rows as seen, as many as of X", n, sight.rows.n);
  must(sight.rows.d == d, "columns of rows as seen, as many as of X", d, sight.rows.d);
  must_have(shift, d, "length of shift, one for each column of X");
  sight.shift = shift.data();
  return sight;
}

template <class T>
void py_run_starts(Matrix<const T> X, Floats seen, Vector<const double> shift, double scale,
                   Weight weight, Cube<T> centers, Int max_iter, double tol,
                   std::optional<Vector<Label>> labels, Matrix<double> ends) {
  const Dense<T> rows = rows_of<T>(X);
  const Sight sight = sight_of(seen, shift, scale, rows.n, rows.d);
  const double* w = weights_of(weight, rows.n);
  const Int n_starts = Int(centers.shape(0)), k = Int(centers.shape(1));
  must(Int(centers.shape(2)) == rows.d, "columns of centers, one for each column of X", rows.d,
       Int(centers.shape(2)));
  must(k >= 2, "number of centers, at least", 2, k);
  must(n_starts >= 1, "number of starts, at least", 1, n_starts);
  must(max_iter >= 1, "iterations, at least", 1, max_iter);
  must_have(ends, 4 * n_starts, "size of ends, four for each start");
  if (labels) {
    must(n_starts == 1, "starts whose labels are asked for", 1, n_starts);
    must_have(*labels, rows.n, "length of labels, one for each row");
  }
  std::vector<End> all(n_starts);
  {
    nb::gil_scoped_release release;
    run_starts(rows, sight, w, n_starts, k, max_iter, tol, centers.data(),
               labels ? labels->data() : nullptr, all.data());
  }
  double* to = ends.data();
  for (const End& end : all)
    for (const double value :
         {double(end.n_iter), double(end.converged), double(end.n_computed), end.inertia})
      *to++ = value;
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "run_starts", py_run_starts<T>);
}

}  // namespace

void bind_starts(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
