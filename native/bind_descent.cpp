// Python's door to Hartigan's moves and to descents from many starts.
#include "binding.hpp"
#include "descent.hpp"
#include "doors.hpp"

namespace covey {
namespace {

template <class T>
using Cube = nb::ndarray<T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

template <class T>
void py_descend(Matrix<const T> X, Weight weight, Cube<T> centers, Matrix<const double> shares,
                Int max_iter, Vector<double> inertia) {
  const Dense<T> rows = rows_of<T>(X);
  const double* w = weights_of(weight, rows.n);
  const Int n_starts = Int(centers.shape(0)), k = Int(centers.shape(1));
  must(Int(centers.shape(2)) == rows.d, "columns of centers, one for each column of X", rows.d,
       Int(centers.shape(2)));
  must(k >= 1, "number of centers, at least", 1, k);
  must_have(inertia, n_starts, "length of inertia, one for each start");
  const Int n_drawn = Int(shares.shape(1));
  must(Int(shares.shape(0)) == n_starts, "rows of shares, one for each start", n_starts,
       Int(shares.shape(0)));
  must(n_drawn <= k, "centers to draw, at most", k, n_drawn);
  must(max_iter >= 0 && max_iter <= 10000, "most iterations, at most", 10000, max_iter);
  nb::gil_scoped_release release;
  descend(rows, w, n_starts, k, shares.data(), n_drawn, max_iter, centers.data(), inertia.data());
}

template <class T>
std::pair<double, Int> py_transfer(Matrix<const T> X, Weight weight, Matrix<T> centers,
                                   Vector<Label> labels, Int rounds) {
  const Dense<T> rows = rows_of<T>(X);
  const double* w = weights_of(weight, rows.n);
  const Int k = Int(centers.shape(0));
  must(Int(centers.shape(1)) == rows.d, "columns of centers, one for each column of X", rows.d,
       Int(centers.shape(1)));
  must_have(labels, rows.n, "length of labels, one for each row");
  check_labels(labels.data(), rows.n, k);
  must(rounds >= 0 && rounds <= 10000, "most iterations, at most", 10000, rounds);
  nb::gil_scoped_release release;
  Partition<T> partition(rows, w, k, labels.data(), centers.data());
  partition.sum();
  double gain = 0;
  Int n_moved = 0;
  for (Int round = 0; round < rounds; ++round) {
    const Int n = transfer_all(rows, w, partition, labels.data(), gain);
    n_moved += n;
    if (n == 0) break;
  }
  if (n_moved > 0) partition.sum();
  return {gain, n_moved};
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "descend", py_descend<T>);
  bind_strictly(m, "transfer", py_transfer<T>);
}

}  // namespace

void bind_descent(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
