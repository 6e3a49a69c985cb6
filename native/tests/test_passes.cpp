// Every pass, instruction set and dtype beside brute force, in arrays without room to spare. What
// numbers come out is the business of tests/oracle; here memory, undefined behaviour and races are.
#include <numeric>

#include "../dispatch.hpp"
#include "../greedy.hpp"
#include "../sparse_seeds.hpp"
#include "../starts.hpp"
#include "check.hpp"

namespace covey::tests {
namespace {

/// Rows, dense and sparse, and centers that are some of them.
template <class T>
struct Case {
  Int n, d, k;
  std::vector<T> x, c;
  std::vector<double> weight;
  std::vector<std::int32_t> indices, indptr;

  Case(Int rows, Int features, Int centers)
      : n(rows), d(features), k(centers), x(numbers<T>(n * d, 1)), weight(numbers<double>(n, 2)) {
    for (Int j = 0; j < k; ++j)
      for (Int f = 0; f < d; ++f) c.push_back(x[(j * 7 % n) * d + f] + T(0.25));
    c.shrink_to_fit();
    for (double& w : weight) w = w * w;
    for (Int i = 0; i <= n; ++i) indptr.push_back(static_cast<std::int32_t>(i * d));
    for (Int i = 0; i < n * d; ++i) indices.push_back(static_cast<std::int32_t>(i % d));
    indptr.shrink_to_fit();
    indices.shrink_to_fit();
  }
  Dense<T> dense() const { return {x.data(), n, d}; }
  Sparse<T, std::int32_t> sparse() const { return {x.data(), indices.data(), indptr.data(), n, d}; }
  Centers<T> centers() const { return {c.data(), k, d}; }
  double sq(Int i, Int j) const {
    double sum = 0;
    for (Int f = 0; f < d; ++f) {
      const double difference = double(x[i * d + f]) - double(c[j * d + f]);
      sum += difference * difference;
    }
    return sum;
  }
};

template <class T>
double tolerance(Int d) {
  return 4 * double(d + 8) * double(std::numeric_limits<T>::epsilon());
}

template <class T, class Rows>
void check_assignment(const Case<T>& given, const Rows& X) {
  const Int n = given.n, k = given.k;
  const double tol = tolerance<T>(given.d) + 1e-9;
  std::vector<Label> labels(n, -1), found(n);
  std::vector<double> sums(k * given.d), weights(k), sq(n), parts(k);
  const Totals totals =
      lloyd(X, given.centers(), given.weight.data(), labels.data(), sums.data(), weights.data());
  CHECK(totals.n_changed == n);
  nearest(X, given.centers(), found.data(), sq.data());
  CHECK(found == labels);
  double inertia_by_hand = 0;
  for (Int i = 0; i < n; ++i) {
    double least = given.sq(i, 0);
    for (Int j = 1; j < k; ++j) least = std::min(least, given.sq(i, j));
    CHECK(labels[i] >= 0 && labels[i] < k && near(sq[i], least, tol));
    inertia_by_hand += given.weight[i] * sq[i];
  }
  CHECK(near(totals.inertia, inertia_by_hand, tol));
  inertia(X, given.centers(), labels.data(), given.weight.data(), parts.data());
  CHECK(near(std::accumulate(parts.begin(), parts.end(), 0.0), inertia_by_hand, tol));
  const double mass = std::accumulate(given.weight.begin(), given.weight.end(), 0.0);
  CHECK(near(std::accumulate(weights.begin(), weights.end(), 0.0), mass, 1e-9));
  std::vector<T> out(n * k);
  distances(X, given.centers(), out.data());
  for (Int i = 0; i < n; ++i) CHECK(near(double(out[i * k + labels[i]]), std::sqrt(sq[i]), tol));
}

template <class T, class Rows>
void check_seeding(const Case<T>& given, const Rows& X) {
  const Int n = given.n, k = given.k, rows = 100;
  const double tol = tolerance<T>(given.d) + 1e-9;
  std::vector<double> closest(n, std::numeric_limits<double>::infinity()),
      sums((n + rows - 1) / rows), found(k);
  lower(X, {given.c.data(), 1, given.d}, rows, closest.data(), given.weight.data(), sums.data());
  double left = 0;
  for (Int i = 0; i < n; ++i) {
    CHECK(near(closest[i], given.sq(i, 0), tol));
    left += given.weight[i] * closest[i];
  }
  CHECK(near(std::accumulate(sums.begin(), sums.end(), 0.0), left, tol));
  potentials(X, given.centers(), closest.data(), given.weight.data(), found.data());
  CHECK(near(found[0], left, tol));
  for (double each : found) CHECK(each <= left * (1 + tol));
}

template <class T>
void check_dense_alone(const Case<T>& given) {
  const Int n = given.n, k = given.k;
  std::vector<Label> first(n), second(n);
  std::vector<double> first_sq(n), second_sq(n);
  if (k >= 2)
    nearest_two(given.dense(), given.centers(), first.data(), first_sq.data(), second.data(),
                second_sq.data());
  for (Int i = 0; i < n && k >= 2; ++i)
    CHECK(first[i] != second[i] && first_sq[i] <= second_sq[i] * (1 + tolerance<T>(given.d)));
  // Two cells: the first row, and all others.
  const std::vector<Int> starts{0, 1, n}, sizes{1, n - 1}, offsets{0, 2};
  const std::vector<Label> cells{0, 1};
  std::vector<Label> own(n, 1);
  own[0] = 0;
  std::vector<double> scores(n);
  silhouettes<T>({given.dense(), starts.data(), cells.data(), sizes.data(), offsets.data(), 2, 1},
                 given.dense(), own.data(), scores.data());
  for (double each : scores) CHECK(!(std::abs(each) > 1));  // NaN where there is one row alone
}

template <class T>
void check_starts(const Case<T>& given) {
  const Int n = given.n, d = given.d, k = given.k, n_starts = 4, trials = 3;
  std::vector<Int> firsts(n_starts), chosen(n_starts * k), n_chosen(n_starts);
  for (Int start = 0; start < n_starts; ++start) firsts[start] = start % n;
  std::mt19937 draw(3);
  std::vector<double> shares(n_starts * (k - 1) * trials);
  for (double& share : shares) share = std::uniform_real_distribution<double>()(draw);
  const Dense<T> X = given.dense();
  seed_starts(X, given.weight.data(), n_starts, k, trials, firsts.data(), shares.data(),
              chosen.data(), n_chosen.data());
  std::vector<T> centers(n_starts * k * d);
  for (Int start = 0; start < n_starts; ++start) {
    CHECK(n_chosen[start] >= 1 && n_chosen[start] <= k && chosen[start * k] == firsts[start]);
    for (Int j = 0; j < k; ++j) {
      const T* row = X.row(chosen[start * k + j % n_chosen[start]]);
      std::copy(row, row + d, centers.data() + (start * k + j) * d);
    }
  }
  std::vector<End> ends(n_starts);
  run_starts<T>(X, {}, given.weight.data(), n_starts, k, 20, 0, centers.data(), nullptr,
                ends.data());
  for (Int start = 0; start < n_starts; ++start) {
    if (ends[start].n_iter == 0) continue;  // given up
    std::vector<Label> labels(n);
    std::vector<double> sq(n);
    nearest(X, {centers.data() + start * k * d, k, d}, labels.data(), sq.data());
    double inertia_by_hand = 0;
    for (Int i = 0; i < n; ++i) inertia_by_hand += given.weight[i] * sq[i];
    CHECK(near(ends[start].inertia, inertia_by_hand, 1e-9));
  }
}

template <class T>
void check_size(Int n, Int d, Int k) {
  const Case<T> given(n, d, k);
  check_assignment(given, given.dense());
  check_assignment(given, given.sparse());
  check_seeding(given, given.dense());
  check_seeding(given, given.sparse());
  check_dense_alone(given);
  if (k >= 2) check_starts(given);
}

}  // namespace

void test_passes() {
  for (const std::string& isa : instruction_sets()) {
    use_instruction_set(isa);
    for (int n_threads : {1, 3}) {
      set_threads(n_threads);
      for (Int n : {1, 7, 16, 65, 513, 4100})
        for (Int d : {1, 2, 3, 5, 8, 9, 17})
          for (Int k : {1, 3, 13}) {
            if (n * d > 20'000 && k != 3) continue;
            check_size<float>(n, d, k);
            check_size<double>(n, d, k);
          }
      check_size<float>(300, 300, 40);
      check_size<double>(300, 300, 40);
    }
  }
  use_instruction_set("auto");
  set_threads(0);
}

}  // namespace covey::tests
