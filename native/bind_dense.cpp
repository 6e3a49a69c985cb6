// Python's door to the passes over dense rows alone.
#include "binding.hpp"
#include "dense.hpp"
#include "doors.hpp"

namespace covey {
namespace {

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
  check_starts(starts.data(), n_cells, "starts, from 0, rising to the next, at least");
  check_starts(offsets.data(), s, "offsets, from 0, rising to the next, at least");
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

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "nearest_two", py_nearest_two<T>);
  bind_strictly(m, "silhouettes", py_silhouettes<T>);
}

}  // namespace

void bind_dense(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
