// Equal rows found: one index for each distinct row, and which of them every row is.
//
// Rows are hashed; a part takes the rows whose hashes start alike and keeps a table of its own, so
// parts run side by side and their number, not that of the threads, decides the order: by part,
// and within it by first appearance. Whole numbers of a few bits need no hashes: see codes.hpp.
#pragma once

#include <cstring>
#include <utility>
#include <vector>

#include "codes.hpp"

namespace covey {

/// MurmurHash3's way to mix 64 bits (public domain), over the words of a row.
inline std::uint64_t mix(std::uint64_t word) {
  word = (word ^ (word >> 33)) * 0xff51afd7ed558ccdULL;
  word = (word ^ (word >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return word ^ (word >> 33);
}

template <class T>
std::uint32_t row_hash(const T* row, Int d) {
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (Int f = 0; f < d; ++f) {
    const T value = row[f] + T(0);  // −0 is 0
    std::uint64_t word = 0;
    std::memcpy(&word, &value, sizeof(T));
    hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(mix(hash) >> 32);
}

/// The distinct rows of one part: an open table of hashes and numbers, at most half full.
template <class T>
class DistinctRows {
 public:
  explicit DistinctRows(const Dense<T>& X) : X_(X), table_(1024, Entry{0, -1}) {}

  /// The number of row i, which may be new.
  std::int32_t number(std::int32_t i, std::uint32_t hash) {
    std::size_t at = hash & mask();
    for (; table_[at].number >= 0; at = (at + 1) & mask())
      if (table_[at].hash == hash &&
          std::equal(X_.row(i), X_.row(i) + X_.d, X_.row(first[table_[at].number])))
        return table_[at].number;
    const auto made = static_cast<std::int32_t>(first.size());
    table_[at] = {hash, made};
    first.push_back(i);
    if (2 * first.size() > table_.size()) grow();
    return made;
  }

  std::vector<std::int32_t> first;  // row of each number

 private:
  struct Entry {
    std::uint32_t hash;
    std::int32_t number;
  };

  std::size_t mask() const { return table_.size() - 1; }

  void grow() {
    std::vector<Entry> old(4 * table_.size(), Entry{0, -1});
    old.swap(table_);
    for (const Entry& entry : old) {
      if (entry.number < 0) continue;
      std::size_t at = entry.hash & mask();
      while (table_[at].number >= 0) at = (at + 1) & mask();
      table_[at] = entry;
    }
  }

  const Dense<T>& X_;
  std::vector<Entry> table_;
};

/// Writes `which` (n): the number of the distinct row that each row is, and `first` (n): the first
/// of the equal rows of each number. Returns how many there are.
template <class T>
Int equal_rows(const Dense<T>& X, std::int32_t* which, std::int32_t* first) {
  // A table of bits is quicker while there are rows enough to fill it a little.
  constexpr Int SPARSE = 64;
  if (X.n > BLOCK) {
    const Coding coding = coding_of(X);
    if (coding.bits > 0 && (Int{1} << coding.bits) <= SPARSE * X.n)
      return equal_codes(X, coding, which, first);
  }
  constexpr int BITS = 4, PARTS = 1 << BITS;
  constexpr auto part_of = [](std::uint32_t hash) { return hash >> (32 - BITS); };
  const int n_threads = threads();
  const Blocks blocks{X.n, BLOCK};
  const Buffers<std::uint32_t> hashes(1, X.n);
  const Buffers<std::int32_t> orders(1, X.n);
  const Buffers<Int> places(blocks.count(), PARTS);
  std::uint32_t* hash = hashes[0];
  std::int32_t* order = orders[0];
  each_block(blocks.count(), n_threads, [&](Int block, int) {
    const Range rows = blocks.at(block);
    std::fill(places[block], places[block] + PARTS, 0);
    for (Int i = rows.begin; i < rows.end; ++i) {
      hash[i] = row_hash(X.row(i), X.d);
      ++places[block][part_of(hash[i])];
    }
  });
  Int begin[PARTS + 1] = {}, at = 0;  // rows sorted by part, in their order
  for (int part = 0; part < PARTS; ++part) {
    begin[part] = at;
    for (Int block = 0; block < blocks.count(); ++block)
      at += std::exchange(places[block][part], at);
  }
  begin[PARTS] = at;
  each_block(blocks.count(), n_threads, [&](Int block, int) {
    const Range rows = blocks.at(block);
    for (Int i = rows.begin; i < rows.end; ++i)
      order[places[block][part_of(hash[i])]++] = static_cast<std::int32_t>(i);
  });
  std::vector<std::int32_t> found[PARTS];
  each_block(PARTS, n_threads, [&](Int part, int) {
    DistinctRows<T> rows(X);
    constexpr Int AHEAD = 8;
    for (Int p = begin[part]; p < begin[part + 1]; ++p) {
      __builtin_prefetch(X.row(order[std::min(p + AHEAD, begin[part + 1] - 1)]));
      which[order[p]] = rows.number(order[p], hash[order[p]]);
    }
    found[part] = std::move(rows.first);
  });
  std::int32_t start[PARTS + 1] = {};
  for (int p = 0; p < PARTS; ++p) {
    start[p + 1] = start[p] + std::int32_t(found[p].size());
    std::copy(found[p].begin(), found[p].end(), first + start[p]);
  }
  each_block(blocks.count(), n_threads, [&](Int block, int) {
    const Range rows = blocks.at(block);
    for (Int i = rows.begin; i < rows.end; ++i) which[i] += start[part_of(hash[i])];
  });
  return start[PARTS];
}

}  // namespace covey
