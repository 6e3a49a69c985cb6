// Python's door to greedy k-means++ as a whole.
#include "binding.hpp"
#include "doors.hpp"
#include "greedy.hpp"

namespace covey {
namespace {

template <class T>
using Cube = nb::ndarray<T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

template <class T>
void py_seed_starts(Matrix<const T> X, Weight weight, Vector<const Int> firsts,
                    Cube<const double> shares, Matrix<Int> chosen, Vector<Int> n_chosen) {
  const Dense<T> rows = rows_of<T>(X);
  const double* w = weights_of(weight, rows.n);
  const Int n_starts = Int(chosen.shape(0)), k = Int(chosen.shape(1)), m = Int(shares.shape(2));
  must(rows.d >= 1, "columns of X, at least", 1, rows.d);
  must(n_starts >= 1, "number of starts, at least", 1, n_starts);
  must(k >= 1, "number of centers, at least", 1, k);
  must_have(firsts, n_starts, "length of firsts, one for each start");
  must_have(n_chosen, n_starts, "length of n_chosen, one for each start");
  must(Int(shares.shape(0)) == n_starts, "shares, some for each start", n_starts,
       Int(shares.shape(0)));
  must(Int(shares.shape(1)) == k - 1, "rows of shares, one for each center but the first", k - 1,
       Int(shares.shape(1)));
  must(m >= 1 && m <= CANDIDATES, "candidates for each center, from 1 to", CANDIDATES, m);
  for (Int start = 0; start < n_starts; ++start) {
    const Int first = firsts.data()[start];
    must(first >= 0 && first < rows.n, "first row of a start, from 0 to below", rows.n, first);
  }
  nb::gil_scoped_release release;
  seed_starts(rows, w, n_starts, k, m, firsts.data(), shares.data(), chosen.data(),
              n_chosen.data());
}

template <class T>
void bind(nb::module_& m) {
  bind_strictly(m, "seed_starts", py_seed_starts<T>);
}

}  // namespace

void bind_seeding(nb::module_& m) {
  bind<float>(m);
  bind<double>(m);
}

}  // namespace covey
