// A partition that single rows move in: labels, and sums and means that follow each move.
#pragma once

#include "blocks.hpp"

namespace covey {

/// Rows are moved one by one; each move lowers the inertia by what it is said to (Hartigan 1975).
template <class T>
class Partition {
 public:
  Partition(const Dense<T>& X, const double* weight, Int k, Label* labels, T* centers)
      : X_(X),
        weight_(weight),
        k_(k),
        labels_(labels),
        centers_(centers),
        sums_(1, k * sums_stride(X.d)),
        mass_(1, k),
        mean_(1, k * X.d),
        narrow_mass_(1, k),
        grown_(1, k) {}

  Centers<T> centers() const { return {centers_, k_, X_.d}; }
  T* centers_at(Int j) { return centers_ + j * X_.d; }
  Masses<T> masses() const { return {narrow_mass_[0], grown_[0]}; }
  double mass(Int j) const { return mass_[0][j]; }

  /// Sum the rows of each cluster anew. Centers of clusters without weight stay where they are.
  void sum() {
    const Int stride = sums_stride(X_.d);
    std::fill(sums_[0], sums_[0] + k_ * stride, 0.0);
    kernels<T>().add_rows(X_, nullptr, {0, X_.n}, labels_, weight_,
                          Sums{sums_[0], k_, X_.d, stride, 1});
    for (Int j = 0; j < k_; ++j) {
      mass_[0][j] = sums_[0][j * stride + X_.d];
      follow(j);
    }
  }

  /// Move row i to another cluster if that lowers the inertia, and say by how much.
  double move(Int i, Label to) {
    const Label from = labels_[i];
    const double w = weight_ ? weight_[i] : 1.0;
    const double left = mass_[0][from], taken = mass_[0][to];
    if (w <= 0 || left - w <= LEAST * left) return 0;
    const double cost = w * left / (left - w) * sq_distance(i, from);
    const double gain = cost - w * taken / (taken + w) * sq_distance(i, to);
    if (!(gain > LEAST * cost)) return 0;
    take(i, from, to, w);
    return gain;
  }

  /// Give each cluster without weight the row that costs most where it is; whether one was given.
  bool refill() {
    bool refilled = false;
    for (Int j = 0; j < k_; ++j) {
      if (mass_[0][j] > 0) continue;
      double most = 0;
      Int farthest = -1;
      for (Int i = 0; i < X_.n; ++i) {
        const double w = weight_ ? weight_[i] : 1.0;
        if (mass_[0][labels_[i]] - w <= LEAST * w) continue;
        const double cost = w * sq_distance(i, labels_[i]);
        if (cost > most) most = cost, farthest = i;
      }
      if (farthest < 0) return refilled;
      take(farthest, labels_[farthest], static_cast<Label>(j), weight_ ? weight_[farthest] : 1.0);
      refilled = true;
    }
    return refilled;
  }

  /// Σ w ‖x − mean‖², direct.
  double inertia() const {
    double sum = 0;
    for (Int begin = 0; begin < X_.n; begin += CHUNK) {
      double sq[CHUNK];
      const Range rows{begin, std::min(begin + CHUNK, X_.n)};
      kernels<T>().own(X_, centers(), rows, labels_ + begin, sq);
      for (Int i = 0; i < rows.size(); ++i) sum += weight_ ? weight_[begin + i] * sq[i] : sq[i];
    }
    return sum;
  }

 private:
  // A gain below this share of what a row costs may be rounding; so may be what is left of a
  // cluster's weight when its last row has gone.
  static constexpr double LEAST = 1e-11;

  void take(Int i, Label from, Label to, double w) {
    const T* x = X_.row(i);
    const Int stride = sums_stride(X_.d);
    double *less = sums_[0] + from * stride, *more = sums_[0] + to * stride;
    for (Int f = 0; f < X_.d; ++f) less[f] -= w * double(x[f]), more[f] += w * double(x[f]);
    mass_[0][from] -= w;
    mass_[0][to] += w;
    labels_[i] = to;
    follow(from);
    follow(to);
  }

  /// Bring mean, center and mass of a cluster up to its sums.
  void follow(Int j) {
    const double mass = mass_[0][j], *sum = sums_[0] + j * sums_stride(X_.d);
    narrow_mass_[0][j] = T(mass);
    grown_[0][j] = T(mass / (mass + 1));
    for (Int f = 0; f < X_.d; ++f) {
      double& mean = mean_[0][j * X_.d + f];
      mean = mass > 0 ? sum[f] / mass : double(centers_[j * X_.d + f]);
      centers_[j * X_.d + f] = T(mean);
    }
  }

  double sq_distance(Int i, Label j) const {
    const T* x = X_.row(i);
    const double* mean = mean_[0] + j * X_.d;
    double sq = 0;
    for (Int f = 0; f < X_.d; ++f) sq += (double(x[f]) - mean[f]) * (double(x[f]) - mean[f]);
    return sq;
  }

  const Dense<T>& X_;
  const double* weight_;
  Int k_;
  Label* labels_;
  T* centers_;
  Buffers<double> sums_, mass_, mean_;
  Buffers<T> narrow_mass_, grown_;
};

}  // namespace covey
