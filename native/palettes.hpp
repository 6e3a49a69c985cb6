// Palettes found: k-means over weighted colors in whole numbers (swatches.hpp). Sums are of 64 bits
// and exact, means are rounded to whole numbers, so that neither the order of colors nor the
// machine decides; what is compared in doubles is not fused (CMakeLists.txt).
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "blocks.hpp"

namespace covey {

struct Colors {
  const std::int16_t* x;  // n × 4
  const std::int64_t* weight;
  Int n;
};

/// Centers as kernels read them.
class SwatchPanel {
 public:
  SwatchPanel(const std::int16_t* centers, Int k)
      : stride_((k + SWATCHES_AT_ONCE - 1) / SWATCHES_AT_ONCE * SWATCHES_AT_ONCE),
        low_(1, stride_),
        high_(1, stride_),
        sq_(1, stride_),
        k_(k) {
    std::fill(low_[0], low_[0] + stride_, 0);
    std::fill(high_[0], high_[0] + stride_, 0);
    std::fill(sq_[0], sq_[0] + stride_, std::numeric_limits<std::int32_t>::max());
    for (Int j = 0; j < k; ++j, may_stop_at(j)) {
      const std::int16_t* c = centers + 4 * j;
      low_[0][j] = pair(-2 * c[0], -2 * c[1]);
      high_[0][j] = pair(-2 * c[2], -2 * c[3]);
      sq_[0][j] = c[0] * c[0] + c[1] * c[1] + c[2] * c[2] + c[3] * c[3];
    }
  }
  Swatches view() const { return {low_[0], high_[0], sq_[0], k_, stride_}; }

 private:
  static std::int32_t pair(int a, int b) {
    return static_cast<std::int32_t>((static_cast<std::uint32_t>(a) & 0xffffu) |
                                     static_cast<std::uint32_t>(b) << 16);
  }
  Int stride_;
  Buffers<std::int32_t> low_, high_, sq_;
  Int k_;
};

/// Threads worth their waking for n colors and k centers.
inline int color_threads(Int n, Int k) { return n * k < Int{1} << 18 ? 1 : threads(); }

/// Nearest center of each color, in blocks.
inline void nearest_colors(const std::int16_t* x, Int n, const Swatches& swatches, Label* labels,
                           std::int32_t* sq, std::int32_t* second) {
  const Blocks blocks{n, BLOCK};
  each_block(blocks.count(), color_threads(n, swatches.k), [&](Int block, int) {
    const Range range = blocks.at(block);
    table().colors.nearest(x + 4 * range.begin, range.size(), swatches, labels + range.begin,
                           sq + range.begin, second ? second + range.begin : nullptr);
  });
}

/// Mass and sums of some colors.
struct Pile {
  std::int64_t mass = 0, sum[4] = {};

  void add(const std::int16_t* x, std::int64_t weight) {
    mass += weight;
    for (int f = 0; f < 4; ++f) sum[f] += weight * x[f];
  }
  void add(const Pile& other) {
    mass += other.mass;
    for (int f = 0; f < 4; ++f) sum[f] += other.sum[f];
  }
  /// ‖Σ w x‖² / Σ w: the more, the less is left over.
  double tightness() const {
    if (mass == 0) return 0;
    double sq = 0;
    for (int f = 0; f < 4; ++f) sq += double(sum[f]) * double(sum[f]);
    return sq / double(mass);
  }
  /// The mean, rounded to whole numbers, halves up; 0 of nothing.
  void mean(std::int16_t* to) const {
    std::fill(to, to + 4, std::int16_t{0});
    if (mass == 0) return;
    for (int f = 0; f < 4; ++f) {
      const std::int64_t twice = 2 * sum[f] + mass, by = 2 * mass;
      const std::int64_t down = twice / by - (twice % by < 0);
      to[f] = static_cast<std::int16_t>(down);
    }
  }
};

/// Lloyd's iterations until no center moves, or `max_iter`. The first `fixed` centers stay. A
/// center that loses all its colors goes to the one of most error. Labels and squared distances
/// are those of the centers returned. Returns the iterations.
inline Int settle_colors(const Colors& colors, std::int16_t* centers, Int k, Int fixed,
                         Int max_iter, Label* labels, std::int32_t* sq) {
  const Blocks blocks{colors.n, BLOCK};
  std::vector<Pile> parts(static_cast<std::size_t>(blocks.count() * k));
  for (Int n_iter = 0;; ++n_iter) {
    may_stop();
    const SwatchPanel packed(centers, k);
    const Swatches swatches = packed.view();
    each_block(blocks.count(), color_threads(colors.n, k), [&](Int block, int) {
      const Range range = blocks.at(block);
      table().colors.nearest(colors.x + 4 * range.begin, range.size(), swatches,
                             labels + range.begin, sq + range.begin, nullptr);
      Pile* own = parts.data() + block * k;
      std::fill(own, own + k, Pile{});
      for (Int i = range.begin; i < range.end; ++i)
        own[labels[i]].add(colors.x + 4 * i, colors.weight[i]);
    });
    if (n_iter >= max_iter) return n_iter;
    bool moved = false;
    std::vector<bool> taken;
    for (Int j = fixed; j < k; ++j) {
      Pile all;
      for (Int block = 0; block < blocks.count(); ++block) all.add(parts[block * k + j]);
      std::int16_t mean[4] = {};
      if (all.mass > 0) {
        all.mean(mean);
      } else {
        taken.resize(static_cast<std::size_t>(colors.n));
        Int worst = -1;
        double most = 0;
        for (Int i = 0; i < colors.n; ++i) {
          const double error = double(colors.weight[i]) * double(sq[i]);
          if (error > most && !taken[i]) worst = i, most = error;
        }
        if (worst < 0) continue;  // every color is a center
        taken[worst] = true;
        std::copy(colors.x + 4 * worst, colors.x + 4 * worst + 4, mean);
      }
      moved |= !std::equal(mean, mean + 4, centers + 4 * j);
      std::copy(mean, mean + 4, centers + 4 * j);
    }
    if (!moved) return n_iter;
  }
}

/// Dither an image, in bands of rows by all threads. A band begins some rows early, with what would
/// have come to them from above left out: by its first row errors are as if it had not.
inline void diffuse_colors(const Dithering& image) {
  constexpr Int BAND = 64, EARLY = 12;
  const Blocks bands{image.h, BAND};
  const int n_threads = image.w * image.h < 4096 ? 1 : threads();
  const Buffers<std::int32_t> scratch(n_threads, 8 * (image.w + 2));
  each_block(bands.count(), n_threads, [&](Int band, int worker) {
    const Range rows = bands.at(band);
    table().colors.diffuse(image, {std::max<Int>(0, rows.begin - EARLY), rows.end}, rows.begin,
                           scratch[worker]);
  });
}

}  // namespace covey
