// Lloyd's iterations from several starts, each to its end without a word from Python in between.
//
// Few rows are passed over in less time than threads need to meet, or Python to say what is next.
// So each start has a thread to itself where starts are enough for all threads, and else one start
// follows the other. Both ways a start does what `lloyd.py` does with bounded passes: the same
// blocks, merged in the same order, give the same bytes.
#pragma once

#include "bounded.hpp"
#include "drift.hpp"
#include "spread.hpp"

namespace covey {

/// Rows as they are seen first (x null: as they are), and how centers get to where those are.
struct Sight {
  Dense<float> rows{nullptr, 0, 0};
  const double* shift = nullptr;
  double scale = 1;
};

/// How a start ended. n_iter 0: a center lost all its rows, which is for another loop to mend.
struct End {
  Int n_iter = 0, n_computed = 0;
  bool converged = false;
  double inertia = 0;
};

/// One start: where its centers and rows are in the midst of the iterations.
template <class T>
class Start {
 public:
  Start(const Dense<T>& X, const Sight& sight, const double* weight, const Centers<T>& centers,
        T* moving, Label* labels, float* due)
      : X_(X),
        sight_(sight),
        weight_(weight),
        at_(centers),
        centers_(moving),
        labels_(labels),
        due_(due),
        sums_(centers.k * centers.d),
        masses_(centers.k),
        moved_(centers.k),
        next_(centers.k * centers.d),
        been_(centers.at, centers.at + centers.k * centers.d) {
    if (sight.rows.x) seen_.resize(centers.k * centers.d);
  }

  End run(Int max_iter, double tol) {
    const Int size = at_.k * at_.d;
    End end;
    std::fill(labels_, labels_ + X_.n, Label{-1});
    for (;;) {
      const Int n_changed = assign();
      ++end.n_iter;
      may_stop();
      if (!average()) return {};
      const auto [sq_shift, clock] =
          drift(at_, {next_.data(), at_.k, at_.d}, sight_.scale, clock_, moved_.data());
      clock_ = clock;
      const bool settled = n_changed == 0 && std::equal(next_.begin(), next_.end(), centers_);
      std::copy(next_.begin(), next_.end(), centers_);
      end.converged = n_changed == 0 || sq_shift <= tol;
      // A cycle: see lloyd.py.
      end.converged |= end.n_iter > 1 && std::equal(been_.begin(), been_.end(), centers_);
      if ((end.n_iter & (end.n_iter - 1)) == 0) been_.assign(centers_, centers_ + size);
      if (!end.converged && end.n_iter < max_iter) continue;
      if (!settled) assign();
      if (lost()) return {};
      end.n_computed = n_computed_;
      end.inertia = total_inertia(X_, at_, labels_, weight_);
      return end;
    }
  }

 private:
  /// Passes between two that sum anew, as in assigners.py.
  static constexpr Int ANEW = 64;

  /// Returns how many labels changed.
  Int assign() {
    const bool first = n_passes_++ % ANEW == 0;
    const bool again = first && n_passes_ > 1;
    if (again) before_.assign(labels_, labels_ + X_.n);
    if (first) clock_ = clock_before_ = 0;
    const Watched at{labels_,       due_,          sums_.data(), masses_.data(),
                     moved_.data(), clock_before_, clock_};
    const Progress progress = review(X_, at_, see(), {}, weight_, first, at);
    clock_before_ = clock_;
    n_computed_ += progress.n_computed;
    if (!again) return progress.n_changed;
    Int n_changed = 0;
    for (Int i = 0; i < X_.n; ++i) n_changed += labels_[i] != before_[i];
    return n_changed;
  }

  Seen see() {
    Seen seen;
    seen.scale = sight_.scale;
    if (!sight_.rows.x) return seen;
    double most = 0;
    for (Int j = 0; j < at_.k; ++j) {
      double sq = 0;
      for (Int f = 0; f < at_.d; ++f) {
        const double moved = (double(at_.row(j)[f]) - sight_.shift[f]) * sight_.scale;
        const float value = seen_[j * at_.d + f] = static_cast<float>(moved);
        sq += double(value) * double(value);
      }
      most = std::max(most, sq);
    }
    seen.rows = sight_.rows;
    seen.centers = {seen_.data(), at_.k, at_.d};
    seen.reach = std::max(static_cast<float>(std::sqrt(most) * 1.0001), 1e-20f);
    return seen;
  }

  bool lost() const { return std::find(masses_.begin(), masses_.end(), 0.0) != masses_.end(); }

  /// Means of the rows; false where a center has none.
  bool average() {
    if (lost()) return false;
    for (Int j = 0; j < at_.k; ++j)
      for (Int f = 0; f < at_.d; ++f)
        next_[j * at_.d + f] = static_cast<T>(sums_[j * at_.d + f] / masses_[j]);
    return true;
  }

  const Dense<T>& X_;
  const Sight& sight_;
  const double* weight_;
  const Centers<T> at_;  // centers_, to be read
  T* centers_;
  Label* labels_;
  float* due_;
  std::vector<double> sums_, masses_;
  std::vector<float> moved_, seen_;
  std::vector<T> next_, been_;
  std::vector<Label> before_;
  float clock_ = 0, clock_before_ = 0;
  Int n_passes_ = 0, n_computed_ = 0;
};

/// Lead n_starts sets of k centers, in place, to where Lloyd's iterations end. `labels` (n, or
/// null) gets those of the last start, and is given only where there is but one.
template <class T>
void run_starts(const Dense<T>& X, const Sight& sight, const double* weight, Int n_starts, Int k,
                Int max_iter, double tol, T* centers, Label* labels, End* ends) {
  // What all starts at once keep of the rows: as much as a pass may take for its sums.
  constexpr Int BUDGET = 8 << 20, OF_A_ROW = sizeof(Label) + sizeof(float);
  const Int room = BUDGET / std::max<Int>(1, X.n * OF_A_ROW);
  const bool together = n_starts >= threads() && room >= threads();
  const int n_threads = together ? threads() : 1;
  const Buffers<Label> own(labels ? 0 : n_threads, X.n);
  const Buffers<float> due(n_threads, X.n);
  const auto run = [&](Int start, int worker) {
    T* at = centers + start * k * X.d;
    Start<T> one(X, sight, weight, {at, k, X.d}, at, labels ? labels : own[worker], due[worker]);
    ends[start] = one.run(max_iter, tol);
  };
  if (together) return each_block(n_starts, n_threads, run);
  for (Int start = 0; start < n_starts; ++start) run(start, 0);
}

}  // namespace covey
