// What the native tests share: a check, and numbers.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "../kernels.hpp"

/// Says what failed where, and ends the process.
#define CHECK(holds)                                                          \
  do {                                                                        \
    if (!(holds)) {                                                           \
      std::fprintf(stderr, "%s:%d: CHECK(%s)\n", __FILE__, __LINE__, #holds); \
      std::exit(1);                                                           \
    }                                                                         \
  } while (false)

namespace covey::tests {

void test_passes();   // every pass on every instruction set, in arrays without room to spare
void test_threads();  // the pool: callers, failures, stops, forks

inline bool near(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b)) + 1e-300;
}

/// Numbers in an array of exactly their size, so that a reader beyond it meets forbidden bytes.
template <class T>
std::vector<T> numbers(Int size, unsigned seed) {
  std::mt19937 draw(seed);
  std::normal_distribution<double> normal;
  std::vector<T> all(static_cast<std::size_t>(size));
  for (T& each : all) each = static_cast<T>(normal(draw));
  return all;
}

}  // namespace covey::tests
