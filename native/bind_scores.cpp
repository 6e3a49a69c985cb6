// Python's door to what scores of a labeling are made of.
#include "binding.hpp"
#include "doors.hpp"
#include "groups.hpp"
#include "panels.hpp"

namespace covey {
namespace {

template <class T>
void py_silhouette_panel(Matrix<const T> X, Vector<const Int> starts, Int begin, Int end,
                         Vector<double> within, Vector<double> other, Vector<double> waiting) {
  const Dense<T> rows = rows_of<T>(X);
  const Int k = Int(starts.size()) - 1;
  must(k >= 1, "number of labels, at least", 1, k);
  const Int* at = starts.data();
  must(at[0] == 0, "start of the first label", 0, at[0]);
  for (Int j = 0; j < k; ++j)
    must(at[j] <= at[j + 1], "start of a label, at least that of the one before", at[j], at[j + 1]);
  must(at[k] == rows.n, "end of the last label", rows.n, at[k]);
  must(0 <= begin && begin < end, "start of the panel, below", end, begin);
  must(end <= begin + PANEL, "end of the panel, at most", begin + PANEL, end);
  const Int label = std::upper_bound(at, at + k + 1, begin) - at - 1;
  must(label < k && end <= at[label + 1], "end of the panel, in the cluster it starts in", rows.n,
       end);
  for (Int size : {within.size(), other.size(), waiting.size()})
    must(size == rows.n, "length of what is known, one for each row", rows.n, size);
  const Standing to{at, k, within.data(), other.data(), waiting.data()};
  nb::gil_scoped_release release;
  silhouette_panel(rows, Range{begin, end}, label, to);
}

template <class T>
void py_label_sums(Matrix<const T> X, Vector<const Label> labels, Matrix<double> sums,
                   Vector<double> counts) {
  const Dense<T> rows = rows_of<T>(X);
  const Int k = Int(counts.size());
  must_have(labels, rows.n, "length of labels, one for each row");
  must_have(sums, k * rows.d, "size of sums");
  check_labels(labels.data(), rows.n, k);
  nb::gil_scoped_release release;
  label_sums(rows, labels.data(), k, sums.data(), counts.data());
}

template <class T>
void py_spreads(Matrix<const T> X, Matrix<const T> centers, Vector<const Label> labels,
                Vector<double> squares, Vector<double> distances) {
  const Dense<T> rows = rows_of<T>(X);
  const Centers<T> c = centers_of<T>(centers, rows.d);
  must_have(labels, rows.n, "length of labels, one for each row");
  must_have(squares, c.k, "length of squares, one for each center");
  must_have(distances, c.k, "length of distances, one for each center");
  check_labels(labels.data(), rows.n, c.k);
  nb::gil_scoped_release release;
  spreads(rows, c, labels.data(), squares.data(), distances.data());
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "silhouette_panel", py_silhouette_panel<T>);
  bind_strictly(m, "label_sums", py_label_sums<T>);
  bind_strictly(m, "spreads", py_spreads<T>);
}

}  // namespace

void bind_scores(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
