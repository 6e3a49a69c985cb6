// Rows to centers at least cost, each cluster with at least `low` and at most `high` rows: exact.
//
// A transportation problem with k sinks: min-cost flow by successive shortest paths (Ahuja,
// Magnanti, Orlin 1993, Network Flows, chapter 9) on a graph of the k clusters and a hub. The arc
// a → b moves the cheapest row of a to b; the arc from a cluster to the hub holds its size, low to
// high. Prices keep every arc's reduced cost cost(a, b) + price(a) − price(b) at 0 or above, which
// is what proves the result. From the prices of a similar problem few paths are left to find.
#pragma once

#include "exchange.hpp"
#include "observed.hpp"

namespace covey {

template <class T>
class Sizing {
 public:
  Sizing(const Cost<T>& cost, Int low, Int high, double* prices, Label* labels)
      : k_(cost.centers.k),
        low_(low),
        high_(high),
        price_(prices, prices + k_),
        exchange_(cost, labels),
        held_(k_),
        excess_(k_ + 1),
        through_(k_ + 1) {
    price_.push_back(0);  // the hub's
    excess_[k_] = -cost.X.n;
    for (Int j = 0; j < k_; ++j) {
      // A price above the hub's is paid for the least size alone, one below for the greatest.
      held_[j] = price_[j] > 0   ? low
                 : price_[j] < 0 ? high
                                 : std::clamp(exchange_.size(j), low, high);
      excess_[j] = exchange_.size(j) - held_[j];
      excess_[k_] += held_[j];
    }
  }

  void solve() {
    for (Int end; (end = shortest()) >= 0;) send(end);
  }

  /// Relative to the hub's, for the next problem.
  void prices(double* to) const {
    for (Int j = 0; j < k_; ++j) to[j] = price_[j] - price_[k_];
  }

 private:
  static constexpr double FAR = std::numeric_limits<double>::infinity();

  /// Cost of one more unit along the arc, less than nothing by rounding alone; FAR where full.
  double reduced(Int a, Int b) {
    double cost = 0;
    if (b == k_)
      cost = held_[a] < high_ ? 0 : FAR;
    else if (a == k_)
      cost = held_[b] > low_ ? 0 : FAR;
    else
      cost = exchange_.cheapest(a, b).first;
    return std::max(0.0, cost + price_[a] - price_[b]);
  }

  /// Dijkstra from all that have too much to the nearest that lacks; −1 when nothing does.
  Int shortest() {
    std::vector<double> distance(k_ + 1, FAR);
    std::vector<char> settled(k_ + 1, 0);
    for (Int a = 0; a <= k_; ++a)
      if (excess_[a] > 0) distance[a] = 0, through_[a] = -1;
    while (true) {
      Int a = -1;
      for (Int b = 0; b <= k_; ++b)
        if (!settled[b] && distance[b] < FAR && (a < 0 || distance[b] < distance[a])) a = b;
      if (a < 0) return -1;
      if (excess_[a] < 0) {
        for (Int b = 0; b <= k_; ++b) price_[b] += std::min(distance[b], distance[a]);
        return a;
      }
      settled[a] = 1;
      for (Int b = 0; b <= k_; ++b) {
        if (settled[b]) continue;
        const double d = distance[a] + reduced(a, b);
        if (d < distance[b]) distance[b] = d, through_[b] = a;
      }
    }
  }

  /// Send along the path found: one row from cluster to cluster, or as much as the hub lets pass.
  void send(Int end) {
    Int start = end, units = -excess_[end];
    for (; through_[start] >= 0; start = through_[start]) {
      const Int a = through_[start], b = start;
      units = std::min(units, b == k_ ? high_ - held_[a] : a == k_ ? held_[b] - low_ : 1);
    }
    units = std::min(units, excess_[start]);
    std::vector<std::pair<Int, Int>> moves;
    for (Int b = end; b != start; b = through_[b]) {
      const Int a = through_[b];
      if (b == k_)
        held_[a] += units;
      else if (a == k_)
        held_[b] -= units;
      else
        moves.emplace_back(exchange_.cheapest(a, b).second, b);
    }
    for (const auto& [row, to] : moves) exchange_.move(row, to);
    excess_[start] -= units;
    excess_[end] += units;
  }

  Int k_, low_, high_;
  std::vector<double> price_;  // of each cluster and of the hub
  Exchange<T> exchange_;
  std::vector<Int> held_;     // size that the hub's arc of each cluster holds
  std::vector<Int> excess_;   // of each cluster and of the hub: more than it passes on
  std::vector<Int> through_;  // whence the shortest path comes, −1 where it starts
};

/// Labels of least Σ w ‖x − c‖² with sizes from low to high; low · k ≤ n ≤ high · k. `prices` (k)
/// are those of a similar problem or zeros, and become this one's.
template <class T>
void sized(const Dense<T>& X, const Centers<T>& centers, const double* weight, Int low, Int high,
           double* prices, Label* labels) {
  const int n_threads = threads();
  const Observed<T> observed(X, centers, n_threads);
  const Blocks blocks{X.n, BLOCK};
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    each_chunk(blocks.at(block), Observed<T>::ROWS, [&](Range rows) {
      const double* sq = observed.squares(rows, worker);
      for (Int i = rows.begin; i < rows.end; ++i, sq += observed.stride()) {
        const double w = weight ? weight[i] : 1.0;
        Label best = 0;
        double least = w * sq[0] - prices[0];
        for (Int j = 1; j < centers.k; ++j) {
          const double value = w * sq[j] - prices[j];
          const bool less = value < least;
          least = less ? value : least;
          best = less ? static_cast<Label>(j) : best;
        }
        labels[i] = best;
      }
    });
  });
  Sizing<T> sizing({X, centers, weight}, low, high, prices, labels);
  sizing.solve();
  sizing.prices(prices);
}

}  // namespace covey
