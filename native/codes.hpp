// Equal rows of few whole numbers, such as colors: a row is a code of a few bits, and a bit for
// each code says whether a row has it. The number of a distinct row is the count of bits before its
// own. Bits of the values take turns (Morton 1966): colors that are alike lie in the same cache
// lines.
//
//     code     r g b r g b r g b r g b r g b r g b r g b r g b      24 bits at most
//     present  0 1 1 0 … │ 0 0 0 1 … │ …                            words of 64 bits
//     ranks    0         │ 2         │ 3                            bits set before each word
#pragma once

#include <atomic>

#include "coding.hpp"

namespace covey {

/// The bits of a word that are set, without the instruction that the baseline lacks.
inline std::int32_t count_bits(std::uint64_t word) {
  word -= (word >> 1) & 0x5555555555555555ULL;
  word = (word & 0x3333333333333333ULL) + ((word >> 2) & 0x3333333333333333ULL);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
  return static_cast<std::int32_t>((word * 0x0101010101010101ULL) >> 56);
}

/// The bits of all codes that rows have, and how many are set before each word. Only pages that
/// hold a code are there: colors of a photo fill a quarter of them, and the table stays in L2.
class Present {
 public:
  static constexpr int PAGE_BITS = 12, PAGE = 1 << (PAGE_BITS - 6);  // codes; words

  explicit Present(int bits) : pages_(std::size_t{1} << std::max(0, bits - PAGE_BITS), 0) {}

  /// Tell that a page holds a code; from any thread.
  void need(std::uint32_t code) {
    std::atomic_ref<std::int32_t>(pages_[code >> PAGE_BITS]).store(1, std::memory_order_relaxed);
  }
  std::size_t n_pages() const { return std::size_t(std::count(pages_.begin(), pages_.end(), 1)); }
  void make() {
    std::int32_t n_pages = 0;
    for (std::int32_t& page : pages_) page = page ? n_pages++ : 0;
    words_.resize(static_cast<std::size_t>(n_pages) * PAGE);
    ranks_.resize(words_.size());
  }
  Int word(std::uint32_t code) const {
    return Int{pages_[code >> PAGE_BITS]} * PAGE + (code >> 6 & (PAGE - 1));
  }
  std::size_t size() const { return words_.size(); }  // words
  bool has(std::uint32_t code) const { return words_[word(code)] >> (code & 63) & 1; }
  void add(const std::vector<std::uint64_t>& bits) {
    for (std::size_t w = 0; w < bits.size(); ++w) words_[w] |= bits[w];
  }

  /// Once all bits are set; returns how many are.
  std::int32_t count() {
    std::int32_t n = 0;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      ranks_[w] = n;
      if (words_[w]) n += count_bits(words_[w]);
    }
    return n;
  }
  std::int32_t number(std::uint32_t code) const {
    const Int at = word(code);
    const std::uint64_t below = (std::uint64_t{1} << (code & 63)) - 1;
    return ranks_[at] + count_bits(words_[at] & below);
  }

 private:
  std::vector<std::int32_t> pages_, ranks_;
  std::vector<std::uint64_t> words_;
};

/// Parts of the rows that have tables of their own: more would be felt as memory.
inline constexpr Int MOST_PARTS = 4;

/// As `equal_rows`, of rows that the coding holds. Rows are numbered in the order of their codes.
template <class T>
Int equal_codes(const Dense<T>& X, const Coding& coding, std::int32_t* which, std::int32_t* first) {
  const int n_threads = threads();
  const Blocks blocks{X.n, BLOCK};
  Present present(coding.bits);
  each_block(blocks.count(), n_threads, [&](Int block, int) {
    const Range rows = blocks.at(block);
    coding.encode(X.row(rows.begin), rows.size(), X.d, which + rows.begin);
    for (Int i = rows.begin; i < rows.end; ++i) present.need(which[i]);
  });
  present.make();
  // A worker each for some of the rows, with bits of its own; then those before count as well.
  const Int n_parts = std::min({Int{n_threads}, MOST_PARTS, blocks.count()});
  const Blocks shares{X.n, (blocks.count() + n_parts - 1) / n_parts * BLOCK};
  std::vector<std::vector<std::int32_t>> fresh(static_cast<std::size_t>(shares.count()));
  std::vector<std::vector<std::uint64_t>> bits(fresh.size());
  each_block(shares.count(), n_threads, [&](Int part, int) {
    const Range share = shares.at(part);
    bits[part].resize(present.size());
    std::int32_t found[BLOCK];
    for (Int begin = share.begin; begin < share.end; begin += BLOCK) {
      Int count = 0;
      for (Int i = begin; i < std::min(begin + BLOCK, share.end); ++i) {
        std::uint64_t& word = bits[part][present.word(which[i])];
        const std::uint64_t bit = std::uint64_t{1} << (which[i] & 63);
        found[count] = static_cast<std::int32_t>(i);
        count += !(word & bit);
        word |= bit;
      }
      fresh[part].insert(fresh[part].end(), found, found + count);
    }
  });
  for (std::size_t part = 0; part < fresh.size(); ++part) {
    std::erase_if(fresh[part], [&](std::int32_t row) { return present.has(which[row]); });
    present.add(bits[part]);
  }
  const std::int32_t n_distinct = present.count();
  each_block(blocks.count(), n_threads, [&](Int block, int) {
    const Range rows = blocks.at(block);
    for (Int i = rows.begin; i < rows.end; ++i) which[i] = present.number(which[i]);
  });
  each_block(shares.count(), n_threads, [&](Int part, int) {
    for (std::int32_t row : fresh[part]) first[which[row]] = row;
  });
  return n_distinct;
}

/// How many rows of each number there are.
inline void count_rows(const std::int32_t* which, Int n, double* counts, Int n_distinct) {
  const Int n_parts = std::clamp<Int>(threads(), 1, MOST_PARTS);
  const Blocks shares{n, std::max(BLOCK, (n + n_parts - 1) / n_parts)};
  const Buffers<std::int32_t> tables(shares.count(), n_distinct);
  each_block(shares.count(), threads(), [&](Int part, int) {
    std::int32_t* const table = tables[part];
    std::fill(table, table + n_distinct, 0);
    const Range share = shares.at(part);
    for (Int i = share.begin; i < share.end; ++i) ++table[which[i]];
  });
  std::fill(counts, counts + n_distinct, 0.0);
  for (Int part = 0; part < shares.count(); ++part)
    for (Int j = 0; j < n_distinct; ++j) counts[j] += tables[part][j];
}

/// Σ of the weights (null: ones) of the rows of each number, added in their order.
inline void add_weights(const std::int32_t* which, Int n, const double* weight, double* sums,
                        Int n_distinct) {
  if (!weight) return count_rows(which, n, sums, n_distinct);
  const Blocks shares{n_distinct, std::max<Int>(1, (n_distinct + threads() - 1) / threads())};
  each_block(shares.count(), threads(), [&](Int block, int) {
    const Range share = shares.at(block);
    std::fill(sums + share.begin, sums + share.end, 0.0);
    double others = 0;  // instead of a branch that nobody foresees
    for (Int i = 0; i < n; ++i) {
      const bool mine = which[i] >= share.begin && which[i] < share.end;
      *(mine ? sums + which[i] : &others) += weight[i];
    }
  });
}

/// Copy the rows at m indices.
template <class T>
void take_rows(const Dense<T>& X, const std::int32_t* which, Int m, T* out) {
  const Blocks blocks{m, BLOCK};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range rows = blocks.at(block);
    constexpr Int AHEAD = 16;
    if (X.d == 1) {
      for (Int i = rows.begin; i < rows.end; ++i) out[i] = X.x[which[i]];
      return;
    }
    for (Int i = rows.begin; i < rows.end; ++i) {
      __builtin_prefetch(X.row(which[std::min(i + AHEAD, rows.end - 1)]));
      std::copy(X.row(which[i]), X.row(which[i]) + X.d, out + i * X.d);
    }
  });
}

}  // namespace covey
