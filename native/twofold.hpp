// A number as an unevaluated sum of two doubles: 106 bits, for sums whose differences must not
// cancel. (Dekker 1971, doi 10.1007/BF01397083; names after Shewchuk 1997.)
//
// What is compiled with these must not fuse a product with a sum: see -ffp-contract=off in
// CMakeLists.txt.
#pragma once

#include <cmath>

namespace covey {
namespace {

struct Twofold {
  double high = 0, low = 0;  // |low| is at most half a unit in the last place of high
};

/// a + b exactly.
inline Twofold two_sum(double a, double b) {
  const double sum = a + b, of_b = sum - a;
  return {sum, (a - (sum - of_b)) + (b - of_b)};
}

/// a + b exactly, where |a| ≥ |b|.
inline Twofold quick_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a · b exactly, as long as nothing underflows.
inline Twofold two_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

inline Twofold operator-(Twofold a) { return {-a.high, -a.low}; }

inline Twofold operator+(Twofold a, double b) {
  const Twofold sum = two_sum(a.high, b);
  return quick_sum(sum.high, sum.low + a.low);
}

inline Twofold operator+(Twofold a, Twofold b) {
  const Twofold high = two_sum(a.high, b.high), low = two_sum(a.low, b.low);
  const Twofold sum = quick_sum(high.high, high.low + low.high);
  return quick_sum(sum.high, sum.low + low.low);
}

inline Twofold operator-(Twofold a, Twofold b) { return a + -b; }

inline Twofold operator*(Twofold a, double b) {
  const Twofold product = two_product(a.high, b);
  return quick_sum(product.high, product.low + a.low * b);
}

inline Twofold operator*(Twofold a, Twofold b) {
  const Twofold product = two_product(a.high, b.high);
  return quick_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

}  // namespace
}  // namespace covey
