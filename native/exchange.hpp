// Rows that may change their cluster: for each two clusters, the row that costs least to move.
#pragma once

#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels.hpp"

namespace covey {

/// w ‖x − c‖², direct and in double.
template <class T>
struct Cost {
  Dense<T> X;
  Centers<T> centers;
  const double* weight;  // or null
  double operator()(Int i, Int j) const {
    const T *row = X.row(i), *center = centers.row(j);
    double sum = 0;
    for (Int f = 0; f < X.d; ++f) {
      const double difference = double(row[f]) - double(center[f]);
      sum += difference * difference;
    }
    return weight ? weight[i] * sum : sum;
  }
};

/// The members of each cluster, and for clusters a and b the cheapest of a's members to move to b.
///
/// For each pair a heap holds every member of a whose price is below the pair's limit, and some
/// that have left (they are skipped when met). An empty heap is filled anew with the cheapest
/// members, so memory is O(n + n k / SHARE + k²), never n × k.
template <class T>
class Exchange {
 public:
  using Priced = std::pair<double, Int>;  // cost(i, b) − cost(i, a), row i

  Exchange(const Cost<T>& cost, Label* labels)
      : cost_(cost), k_(cost.centers.k), labels_(labels), members_(k_), heaps_(k_ * k_) {
    const Int n = cost.X.n;
    own_.resize(n);
    place_.resize(n);
    for (Int i = 0; i < n; ++i) enter(i, labels[i]);
  }

  Int size(Int a) const { return Int(members_[a].size()); }

  /// The cheapest member of a to move to b; infinitely dear when a has none.
  Priced cheapest(Int a, Int b) {
    Heap& heap = heaps_[a * k_ + b];
    while (true) {
      while (!heap.rows.empty() && labels_[heap.rows.front().second] != a) pop(heap.rows);
      if (!heap.rows.empty()) return heap.rows.front();
      if (heap.limit == END || members_[a].empty()) return END;
      fill(heap, a, b);
    }
  }

  void move(Int row, Int to) {
    std::vector<Int>& left = members_[labels_[row]];
    left[place_[row]] = left.back();
    place_[left.back()] = place_[row];
    left.pop_back();
    enter(row, to);
    for (Int b = 0; b < k_; ++b) {
      Heap& heap = heaps_[to * k_ + b];
      const Priced price{b == to ? 0 : cost_(row, b) - own_[row], row};
      if (b != to && price < heap.limit) push(heap.rows, price);
    }
  }

 private:
  static constexpr Int LEAST = 64, SHARE = 32;  // a heap gets so many rows, or a share of all
  static constexpr Priced END{std::numeric_limits<double>::infinity(),
                              std::numeric_limits<Int>::max()};
  struct Heap {
    std::vector<Priced> rows;                                   // the cheapest in front
    Priced limit{-std::numeric_limits<double>::infinity(), 0};  // END: all members are there
  };

  static void push(std::vector<Priced>& rows, Priced price) {
    rows.push_back(price);
    std::push_heap(rows.begin(), rows.end(), std::greater<>());
  }
  static void pop(std::vector<Priced>& rows) {
    std::pop_heap(rows.begin(), rows.end(), std::greater<>());
    rows.pop_back();
  }

  void enter(Int row, Int cluster) {
    labels_[row] = static_cast<Label>(cluster);
    own_[row] = cost_(row, cluster);
    place_[row] = size(cluster);
    members_[cluster].push_back(row);
  }

  void fill(Heap& heap, Int a, Int b) {
    scan_.clear();
    for (Int row : members_[a]) scan_.emplace_back(cost_(row, b) - own_[row], row);
    const Int wanted = std::max(LEAST, size(a) / SHARE);
    heap.limit = END;
    if (wanted < size(a)) {
      std::nth_element(scan_.begin(), scan_.begin() + wanted, scan_.end());
      heap.limit = scan_[wanted];
      scan_.resize(wanted);
    }
    heap.rows.assign(scan_.begin(), scan_.end());
    std::make_heap(heap.rows.begin(), heap.rows.end(), std::greater<>());
  }

  Cost<T> cost_;
  Int k_;
  Label* labels_;
  std::vector<std::vector<Int>> members_;
  std::vector<Heap> heaps_;
  std::vector<double> own_;
  std::vector<Int> place_;  // of a row among the members of its cluster
  std::vector<Priced> scan_;
};

}  // namespace covey
