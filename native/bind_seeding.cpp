// Python's door to greedy k-means++ as a whole.
#include "binding.hpp"
#include "doors.hpp"
#include "greedy.hpp"

namespace covey {
namespace {

template <class T>
Int py_seed_on_grid(Matrix<const T> X, Weight weight, Matrix<const double> shares,
                    Vector<Int> chosen) {
  const Dense<T> rows = rows_of<T>(X);
  const double* w = weights_of(weight, rows.n);
  const Int k = Int(chosen.size()), m = Int(shares.shape(1));
  must(rows.d >= 1, "columns of X, at least", 1, rows.d);
  must(k >= 1, "number of centers, at least", 1, k);
  must(Int(shares.shape(0)) == k - 1, "rows of shares, one for each center but the first", k - 1,
       Int(shares.shape(0)));
  must(m >= 1 && m <= CANDIDATES, "candidates for each center, from 1 to", CANDIDATES, m);
  const Int first = chosen(0);
  must(first >= 0 && first < rows.n, "first row chosen, below", rows.n, first);
  nb::gil_scoped_release release;
  return Greedy<T>(rows, w, m).run(k, shares.data(), chosen.data());
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "seed_on_grid", py_seed_on_grid<T>);
}

}  // namespace

void bind_seeding(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
