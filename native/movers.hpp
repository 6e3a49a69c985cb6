// Centers that move much, told apart from the slow ones.
//
// While its slack lasts against the slow centers, a row that is due need only be compared with its
// own center and with those that move: late in a fit most centers stand still. A row's room is what
// was left of its slack at the last pass less what a slow center and its own center have moved
// since; every slow center is farther than its own by the room at least. It is Yinyang's idea of
// groups (Ding et al. 2015) with two groups that are chosen anew for every pass, and without
// memory for each row and group.
#pragma once

#include <numeric>
#include <vector>

#include "lloyd.hpp"
#include "rounded.hpp"

namespace covey {

template <class T>
class Movers {
 public:
  Int count = 0;  // 0: none are told apart
  const float* seen = nullptr;
  const T* exact = nullptr;
  const Label* labels = nullptr;  // which center each of them is

  /// `moved` (k): scaled, rounded up. Chosen by what a sample of the rows would cost; `price` is
  /// that of a distance here, where one among all centers costs 1.
  Movers(Int n, const Centers<T>& centers, const Seen& view, const float* moved,
         const Label* row_labels, const float* due, float before, float clock, double price)
      : before_(before) {
    // A row decided so soon is due again: its slack against the slow is not renewed. That pays only
    // where meeting all centers is dear: 13 % at k = 1000, d = 128; at k = 50, d = 16 it costs
    // double.
    constexpr Int FEW = 24, DEAR = Int{1} << 15;
    const Int k = centers.k;
    if (k < FEW || k * centers.d < DEAR) return;
    std::vector<Label> order(k);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](Label a, Label b) { return moved[a] > moved[b]; });
    const auto slowest = [&](Int m) { return m < k ? moved[order[m]] : 0.0f; };
    constexpr Int SAMPLE = 2048, LEAST = 8;
    const Int step = std::max<Int>(1, n / SAMPLE);
    double least = 0;
    for (Int i = 0; i < n; i += step) least += !(clock < due[i]) && row_labels[i] >= 0;
    least *= 0.85;  // telling apart must save something
    for (Int m = k / 2; m >= LEAST; m /= 2) {
      double cost = 0;
      for (Int i = 0; i < n; i += step) {
        if (clock < due[i] || row_labels[i] < 0 || row_labels[i] >= k) continue;
        const float own = std::max(moved[row_labels[i]], slowest(m));
        const bool enough = due[i] - before > own + slowest(m);
        cost += enough ? price * double(m + 2) / double(k) : 1.0;
      }
      if (cost < least) least = cost, count = m;
    }
    if (count == 0) return;
    order.resize(count);
    which_ = order;
    labels = which_.data();
    need_.resize(k);
    for (Int j = 0; j < k; ++j)
      need_[j] = (std::max(moved[j], slowest(count)) + slowest(count)) * (1 + 0x1p-20f);
    pack(centers, exact_), exact = exact_.data();
    if (view.is_given()) pack(view.centers, seen_), seen = seen_.data();
  }

  /// By how much every slow center is farther than the own one, at least.
  float room(Label label, float due) const {
    return (due - before_) * (1 - 0x1p-21f) - need_[label];
  }

 private:
  template <class U>
  void pack(const Centers<U>& centers, std::vector<U>& to) const {
    to.reserve(count * centers.d);
    for (Label j : which_) to.insert(to.end(), centers.row(j), centers.row(j) + centers.d);
  }

  float before_;  // clock of the last pass
  std::vector<Label> which_;
  std::vector<float> need_, seen_;
  std::vector<T> exact_;
};

}  // namespace covey
