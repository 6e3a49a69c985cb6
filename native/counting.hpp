// The colors of an image, each once, and which of them every pixel has: as for equal rows of few
// whole numbers (codes.hpp), for bytes.
//
//     code     255 − alpha (8 bits) │ r g b r g b … (24 bits)      opaque colors first
//
// So colors come in an order in which those that share their high bits follow each other, and a run
// of codes without the low bits is a cell. What is transparent has one code, whatever its color.
#pragma once

#include <array>

#include "codes.hpp"

namespace covey {

/// The bits of a byte, three apart.
inline const std::array<std::uint32_t, 256>& apart() {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t value = 0; value < 256; ++value)
      for (int bit = 0; bit < 8; ++bit) made[value] |= (value >> bit & 1) << (3 * bit);
    return made;
  }();
  return table;
}

/// Every third bit, together.
inline std::uint8_t together(std::uint32_t code) {
  std::uint32_t value = 0;
  for (int bit = 0; bit < 8; ++bit) value |= (code >> (3 * bit) & 1) << bit;
  return static_cast<std::uint8_t>(value);
}

/// How colors become codes: the lowest `dropped` bits of each channel are left out.
struct ColorCoding {
  Int channels;  // 3, or 4 with alpha
  int dropped;

  std::uint32_t code(const std::uint8_t* pixel) const {
    const std::array<std::uint32_t, 256>& bits = apart();
    const std::uint32_t color = bits[pixel[0]] << 2 | bits[pixel[1]] << 1 | bits[pixel[2]];
    if (channels == 3) return color >> (3 * dropped);
    if (pixel[3] == 0) return 0xff000000u >> (3 * dropped);
    const std::uint32_t through = 255u - pixel[3];
    return (through << 24 | color) >> (3 * dropped);
  }
  /// The color in the middle of what has a code.
  void color(std::uint32_t code, std::uint8_t* pixel) const {
    const std::uint32_t whole = code << (3 * dropped);
    const auto middle = static_cast<std::uint8_t>(dropped ? 1 << (dropped - 1) : 0);
    pixel[0] = together(whole >> 2) | middle;
    pixel[1] = together(whole >> 1) | middle;
    pixel[2] = together(whole) | middle;
    pixel[3] = static_cast<std::uint8_t>(255u - (whole >> 24));
    if (pixel[3] == 0) pixel[0] = pixel[1] = pixel[2] = 0;
  }
};

/// Pages of codes that are held at most: 16 MiB of bits. All opaque colors have 4096.
inline constexpr std::size_t MOST_PAGES = std::size_t{1} << 15;

/// Write the number of its color for each of n pixels; the colors (× 4) and how many pixels have
/// each, as long as they are no more than `room`. Returns how many there are, or −1 if beyond
/// what is held; then nothing written counts.
inline Int count_colors(const std::uint8_t* pixels, Int n, const ColorCoding& coding,
                        std::int32_t* codes, std::uint8_t* colors, std::int64_t* counts, Int room) {
  const int n_threads = threads();
  const Blocks blocks{n, 4 * BLOCK};
  Present present(coding.channels == 3 ? 24 : 32);
  each_block(blocks.count(), n_threads, [&](Int block, int) {
    const Range range = blocks.at(block);
    std::uint32_t last = 0;
    present.need(coding.code(pixels + range.begin * coding.channels));
    for (Int i = range.begin; i < range.end; ++i) {
      const std::uint32_t code = coding.code(pixels + i * coding.channels);
      codes[i] = static_cast<std::int32_t>(code);
      if (code >> Present::PAGE_BITS != last >> Present::PAGE_BITS) present.need(code);
      last = code;
    }
  });
  if (present.n_pages() > MOST_PAGES) return -1;
  present.make();
  const Int n_parts = std::min({Int{n_threads}, MOST_PARTS, blocks.count()});
  const Blocks shares{n, (n + n_parts - 1) / n_parts};
  std::vector<std::vector<std::uint64_t>> bits(static_cast<std::size_t>(shares.count()));
  each_block(shares.count(), n_threads, [&](Int part, int) {
    bits[part].resize(present.size());
    const Range share = shares.at(part);
    for (Int i = share.begin; i < share.end; ++i) {
      const auto code = static_cast<std::uint32_t>(codes[i]);
      bits[part][present.word(code)] |= std::uint64_t{1} << (code & 63);
    }
  });
  for (const auto& each : bits) present.add(each);
  const Int n_colors = present.count();
  if (n_colors > room) return n_colors;
  std::vector<std::vector<std::int32_t>> tables(bits.size());
  each_block(shares.count(), n_threads, [&](Int part, int) {
    tables[part].resize(static_cast<std::size_t>(n_colors));
    const Range share = shares.at(part);
    for (Int i = share.begin; i < share.end; ++i) {
      const auto code = static_cast<std::uint32_t>(codes[i]);
      codes[i] = present.number(code);
      if (tables[part][codes[i]]++ == 0) coding.color(code, colors + 4 * Int{codes[i]});
    }
  });
  std::fill(counts, counts + n_colors, 0);
  for (const auto& table : tables)
    for (Int j = 0; j < n_colors; ++j) counts[j] += table[j];
  return n_colors;
}

/// The index of each pixel: that of its color.
template <class I>
void put_indices(const std::int32_t* codes, Int n, const I* index, I* out) {
  const Blocks blocks{n, 16 * BLOCK};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range range = blocks.at(block);
    for (Int i = range.begin; i < range.end; ++i) out[i] = index[codes[i]];
  });
}

}  // namespace covey
