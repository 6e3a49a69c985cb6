// Rows of few whole numbers as codes of a few bits: what the values reach, and where their bits go.
#pragma once

#include <bit>
#include <vector>

#include "blocks.hpp"

namespace covey {

/// The bits of a row's values in turns, so that rows which lie together have codes that do.
struct Coding {
  static constexpr int MOST = 24, OF_ONE = 12;  // bits; the table of bits is 2 MiB then
  std::vector<std::int32_t> least;
  std::vector<std::vector<std::int32_t>> spread;  // by value − least: its bits, where they go
  int bits = 0;

  /// The codes of n rows, a feature at a time.
  template <class T>
  void encode(const T* x, Int n, Int d, std::int32_t* codes) const {
    std::fill(codes, codes + n, 0);
    for (Int f = 0; f < d; ++f) {
      const std::int32_t* bits_of = spread[f].data();
      const std::int32_t from = least[f];
      for (Int i = 0; i < n; ++i)
        codes[i] |= bits_of[static_cast<std::int32_t>(x[i * d + f]) - from];
    }
  }

  /// Deal bits in turns to features of these ranges.
  void deal(const std::vector<std::uint32_t>& range) {
    for (std::uint32_t most : range) spread.emplace_back(most + 1, 0);
    for (int bit = 0; bit < OF_ONE; ++bit)
      for (std::size_t f = 0; f < range.size(); ++f) {
        if (bit >= static_cast<int>(std::bit_width(range[f]))) continue;
        for (std::uint32_t value = 0; value <= range[f]; ++value)
          spread[f][value] |= static_cast<std::int32_t>(value >> bit & 1) << bits;
        ++bits;
      }
    bits = std::max(bits, 6);
  }
};

/// Least and most value of each column, and whether all are whole and small.
template <class T>
class Reach {
 public:
  Reach() : least_(ROOM, LARGE_WHOLE), most_(ROOM, -LARGE_WHOLE), off_(ROOM, 0) {}

  /// Look at n rows of d values; several rows side by side, so that registers fill.
  void add(const T* x, Int n, Int d) {
    const Int at_once = std::max<Int>(1, ROOM / d);
    sweep(x, n / at_once, at_once * d);
    sweep(x + n / at_once * at_once * d, n % at_once, d);
  }
  /// The same of column f, once rows are looked at.
  std::int32_t least(Int f, Int d) const {
    return fold(least_, f, d, [](T a, T b) { return std::min(a, b); });
  }
  std::int32_t most(Int f, Int d) const {
    return fold(most_, f, d, [](T a, T b) { return std::max(a, b); });
  }
  bool whole() const { return std::count(off_.begin(), off_.end(), 0) == ROOM; }

 private:
  static constexpr Int ROOM = REACH_ROOM;

  void sweep(const T* x, Int n, Int period) {
    kernels<T>().reach(x, n, period, least_.data(), most_.data(), off_.data());
  }
  template <class Better>
  static std::int32_t fold(const std::vector<T>& of, Int f, Int d, Better better) {
    T best = of[f];
    for (Int j = f; j < ROOM / d * d; j += d) best = better(best, of[j]);
    return static_cast<std::int32_t>(best);
  }

  std::vector<T> least_, most_;
  std::vector<std::int32_t> off_;
};

/// The coding of rows of whole numbers, as far as their ranges fit; bits is 0 where they do not.
template <class T>
Coding coding_of(const Dense<T>& X) {
  Coding coding;
  const Int d = X.d;
  if (d > Coding::MOST) return coding;
  const Blocks blocks{X.n, BLOCK};
  std::vector<Reach<T>> found(static_cast<std::size_t>(blocks.count()));
  const auto look = [&](Int block, int) {
    found[block].add(X.row(blocks.at(block).begin), blocks.at(block).size(), d);
  };
  look(0, 0);
  if (!found[0].whole()) return coding;
  each_block(blocks.count(), threads(), look);
  std::vector<std::uint32_t> range;
  int bits = 0;
  for (Int f = 0; f < d; ++f) {
    std::int32_t least = found[0].least(f, d), most = found[0].most(f, d);
    for (const Reach<T>& part : found) {
      least = std::min(least, part.least(f, d)), most = std::max(most, part.most(f, d));
      if (!part.whole()) return coding;
    }
    coding.least.push_back(least);
    range.push_back(static_cast<std::uint32_t>(most) - static_cast<std::uint32_t>(least));
    const int width = std::bit_width(range.back());
    bits += width;
    if (width > Coding::OF_ONE || bits > Coding::MOST) return coding;
  }
  coding.deal(range);
  return coding;
}

}  // namespace covey
